//! Which language a tag names: "de-AT", "zh_Hans", "eng".

use whatlang::Lang;

/// Codes of two letters (ISO 639-1, and those that it has given up), and others that are in use, by those of
/// ISO 639-3.
const CODES: &str = "af=afr am=amh ar=ara az=aze be=bel bn=ben bg=bul ca=cat cs=ces cze=ces chi=cmn zh=cmn zho=cmn \
    cy=cym wel=cym da=dan de=deu ger=deu el=ell gre=ell en=eng eo=epo et=est fi=fin fr=fra fre=fra \
    gu=guj he=heb iw=heb hi=hin hr=hrv hu=hun arm=hye hy=hye id=ind in=ind it=ita jv=jav ja=jpn kn=kan \
    geo=kat ka=kat km=khm ko=kor la=lat lv=lav lt=lit ml=mal mr=mar mac=mkd mk=mkd bur=mya my=mya \
    ne=nep dut=nld nl=nld nb=nob nn=nob nno=nob no=nob nor=nob or=ori pa=pan fa=pes fas=pes per=pes \
    pl=pol pt=por mo=ron ro=ron rum=ron ru=rus si=sin sk=slk slo=slk sl=slv sn=sna es=spa sr=srp sv=swe \
    ta=tam te=tel fil=tgl tl=tgl th=tha tk=tuk tr=tur uk=ukr ur=urd uz=uzb vi=vie yi=yid zu=zul";

/// The language of a tag (BCP 47): that of its first part. `None` where it is none that texts are told by.
pub(super) fn from_tag(tag: &str) -> Option<Lang> {
    let primary = tag.split(['-', '_']).next()?.to_ascii_lowercase();
    let codes = || CODES.split_whitespace().filter_map(|code| code.split_once('='));
    let known = codes().find(|(code, _)| *code == primary).map_or(primary.as_str(), |(_, code)| code);
    Lang::from_code(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_that_is_told_has_its_tag() {
        for lang in Lang::all() {
            assert_eq!(from_tag(lang.code()), Some(*lang), "{lang}");
        }
        let of = ["en-GB", "hi", "UR", "zh_Hans", "nb", "fa", "he", "xx", ""].map(from_tag);
        let codes = of.map(|lang| lang.map(|lang| lang.code()).map(str::to_owned));
        let expected = ["eng", "hin", "urd", "cmn", "nob", "pes", "heb"].map(|code| Some(code.to_owned()));
        assert_eq!(codes[..7], expected);
        assert_eq!(codes[7..], [None, None]);
    }
}
