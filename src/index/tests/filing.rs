//! What becomes of articles that are filed again.

use std::sync::Arc;

use super::simulated::SimulatedStorage;
use super::{article, text};
use crate::index::{Added, Writer};

#[test]
fn an_article_that_is_filed_again_as_it_was_stays_where_it_stands() {
    let storage = SimulatedStorage::default();
    let mut writer = Writer::with_storage(Arc::new(storage), true).unwrap();
    let articles =
        || (0..3).map(|number| article(&format!("a{number}"), text(number), 3)).collect::<Vec<_>>();
    writer.add(articles()).unwrap();
    writer.commit().unwrap();
    let segments = writer.snapshot().parts.len();
    let again = writer.add(articles()).unwrap();
    assert_eq!(again, Added { added: 3, replaced: 3, unchanged: 3 });
    assert_eq!(writer.snapshot().parts.len(), segments);
    let mut changed = articles();
    changed[1].title = Some("A bridge in Vellin".to_owned());
    assert_eq!(writer.add(changed).unwrap(), Added { added: 3, replaced: 3, unchanged: 2 });
    assert_eq!((writer.snapshot().documents(), writer.snapshot().parts.len()), (3, segments + 1));
}
