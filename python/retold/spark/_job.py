"""The stages of a scan, from articles to judged pairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from retold import _retold
from retold._data import FIELDS, names_of
from retold._jobs import settings_of
from retold._retold import InputError
from retold.spark import _schemas
from retold.spark._engine import Buckets, Stages, components, mapped, mapped_in_order, ordered

#: Of a document whether it stands for its copies.
_REPRESENTS = "doc = representative"

#: Of documents without a date: they come after all others.
_UNDATED = (1 << 63) - 1

#: The keys of so many documents, some tens of megabytes, are sent to all executors rather than all others' to them.
_BROADCAST_DOCUMENTS_MAX = 10_000

#: So many numbers or pairs of them, some tens of megabytes, are sent to all executors rather than all texts between them.
_BROADCAST_ROWS_MAX = 500_000


def articles_of(df: DataFrame, fields: Mapping[str, str] | None) -> DataFrame:
    """The seven fields by their own names, and the document's number."""
    names = dict(zip(FIELDS, names_of(fields)))
    for required in ("id", "text"):
        if names[required] not in df.columns:
            raise InputError(f"there is no column {names[required]!r}; the columns are {', '.join(df.columns)}")
    columns = [
        (F.col(f"`{name}`").cast("string") if name in df.columns else F.lit(None).cast("string")).alias(field)
        for field, name in names.items()
    ]
    articles = df.select(*columns).filter("id is not null and id != '' and trim(text) != ''")
    return articles.withColumn("doc", F.xxhash64("id"))


def _date() -> Column:
    return F.coalesce("seconds", F.lit(_UNDATED))


def _named(df: DataFrame, side: str, *columns: str) -> DataFrame:
    """The columns of a side: ``doc`` is its name, the others end with it."""
    return df.select(F.col("doc").alias(side), *[F.col(column).alias(f"{column}_{side}") for column in columns])


def _those(df: DataFrame, documents: DataFrame, condition: str) -> DataFrame:
    """The rows of documents for which a condition on ``documents`` holds, as it does for most. Those that ``documents`` lacks
    may be among them: retold failed at them before."""
    others = documents.filter(f"not ({condition})").select("doc")
    if others.count() <= _BROADCAST_ROWS_MAX:
        return df.join(F.broadcast(others), "doc", "left_anti")
    return df.join(documents.filter(condition).select("doc"), "doc", "left_semi")


class Job:
    """What is made of articles, stage by stage.

    Of documents of one text the earliest stands for all, then the first by id; so it does of texts of as many copies.
    """

    def __init__(
        self, df: DataFrame, fields: Mapping[str, str] | None, threshold: float, work: str | None
    ) -> None:
        _retold.check_settings(settings_of(threshold=threshold))
        self.stages = Stages(work)
        self.threshold = threshold
        self.articles = articles_of(df, fields)
        analysed = mapped(
            self.articles.select(*FIELDS), _retold.analyse, _schemas.ANALYSED, names_of(None), threshold
        )
        self.analysed = self.stages("analysed", analysed.withColumn("doc", F.xxhash64("id")))
        repeated = self.analysed.groupBy("doc").count().filter("count > 1").select("doc").limit(1)
        found = self.analysed.join(repeated, "doc").select("id").first()
        if found is not None:
            raise InputError(f"the id {found['id']!r} was given twice: give each article its own id")
        earliest = F.min(F.struct(_date().alias("date"), "id", "doc"))["doc"]
        firsts = self.analysed.filter("text is not null").groupBy("text").agg(earliest.alias("first"))
        known = self.analysed.select("doc", "id", "seconds", "text").join(firsts, "text", "left")
        # a text of no words is no text: such a document is the first of its own
        first = F.coalesce("first", "doc").alias("first")
        self.documents = self.stages("documents", known.select("doc", "id", "seconds", first))
        #: Each text once, by its first document.
        self.texts = _those(self.analysed.filter("text is not null"), self.documents, "doc = first")

    def with_articles(self, pairs: DataFrame, *fields: str, told: DataFrame | None = None) -> DataFrame:
        """Pairs with fields of both articles (``text`` is ``text_a`` and ``text_b``) and with what is told of each pair."""
        articles = self.articles.select("doc", *fields)
        sides = {side: _named(articles, side, *fields) for side in ("a", "b")}
        if pairs.count() > _BROADCAST_ROWS_MAX:
            return (pairs if told is None else told).join(sides["a"], "a").join(sides["b"], "b")
        # where all executors have the pairs, no article moves that is in none
        numbers = F.broadcast(pairs)
        both = numbers.join(sides["a"], "a").join(numbers.join(sides["b"], "b"), ["a", "b"])
        return both if told is None else both.join(told, ["a", "b"])

    def links(self) -> DataFrame:
        """Verified near-duplicates among first documents of texts."""
        buckets = Buckets(self.documents.count())
        blobs = buckets.spread(self.texts.select("doc", "text", "bands"), _retold.spread_bands)
        pairs = self.stages("meeting", buckets.through(blobs, "pair", _schemas.PAIRS).distinct())
        both = self.with_articles(pairs, "text")
        return self.stages("links", mapped(both, _retold.verify, _schemas.LINKS, self.threshold))

    def copies(self, links: DataFrame) -> tuple[DataFrame, DataFrame]:
        """The documents with their ``representative``, and links ``a``, ``b`` that join clusters."""
        edges = links.select(F.col("a").alias("u"), F.col("b").alias("v"))
        of = components(edges, self.stages, "copies").withColumnRenamed("node", "a")
        told = links.join(of, "a")
        for side in ("a", "b"):
            told = told.join(_named(self.documents, side, "seconds", "id"), side)
        clusters = mapped_in_order(told, "component", ("component",), _retold.Cluster, _schemas.CLUSTERS)
        clusters = self.stages("clusters", clusters)
        members = clusters.filter("not is_bridge").select(F.col("a").alias("first"), F.col("b").alias("representative"))
        representative = F.coalesce("representative", "first").alias("representative")
        copies = self.documents.join(members, "first", "left").select("doc", "id", "seconds", "first", representative)
        bridges = clusters.filter("is_bridge").select(*ordered("a", "b"))
        return self.stages("representatives", copies), bridges

    def rewrites(self, copies: DataFrame) -> DataFrame:
        """Each representative's best candidates: ``a``, ``b``, ``score``."""
        texts = _those(self.texts, copies, _REPRESENTS).filter("count > 0")
        documents = texts.count()
        buckets = Buckets(documents)
        blobs = buckets.spread(texts.select("text", "count", "features"), _retold.spread_features)
        best = buckets.through(buckets.through(blobs, "hold"), "meet", _schemas.BEST)
        best = best.groupBy("a", "b").agg(F.max("score").alias("score"))
        for side in ("a", "b"):
            of_text = texts.select(F.col("text").alias(side), F.col("doc").alias(f"doc_{side}"))
            best = best.join(of_text, side)
        return self.stages("rewrites", best.select(*ordered("doc_a", "doc_b"), "score"))

    def promising(self, rewrites: DataFrame, settings: str) -> DataFrame:
        """The candidates worth a closer look where all pairs are asked for; ``is_best`` are those that always are."""
        for side in ("a", "b"):
            rewrites = rewrites.join(_named(self.texts, side, "features", "count"), side)
        columns = ("a", "b", "score", "features_a", "features_b", "count_a", "count_b")
        found = mapped(rewrites.select(*columns), _retold.promising, _schemas.PROMISING, settings)
        return self.stages("promising", found)

    def translations(self, copies: DataFrame) -> DataFrame | None:
        """Pairs of representatives in two languages that may be translations; ``None`` where there is one language."""
        texts = _those(self.texts, copies, _REPRESENTS).select("doc", "id", "seconds", "language")
        texts = texts.filter("language is not null")
        most = texts.groupBy("language").count().orderBy(F.desc("count"), F.desc("language")).head(2)
        if len(most) < 2:
            return None
        bodies = _those(self.articles.select("doc", "id", "text"), copies, _REPRESENTS)
        keys = mapped(bodies, _retold.crossing_keys, _schemas.KEYS)
        keys = self.stages("crossing", keys.join(texts, "doc").withColumn("size", F.size("keys").cast("bigint")))
        laid_out = keys.filter(F.col("language") != most[0]["language"])
        documents_max, kept = _retold.crossing_limits()
        exploded = F.explode("keys").alias("key")
        others = laid_out.select(exploded, F.col("doc").alias("other"), F.col("language").alias("other_language"))
        held = others.groupBy("key").agg(F.count("*").alias("held")).filter(F.col("held") <= documents_max)
        laid_out_documents = laid_out.count()
        asked_for = others.join(held, "key")
        if laid_out_documents <= _BROADCAST_DOCUMENTS_MAX:
            asked_for = F.broadcast(asked_for)
        met = keys.select(exploded, "doc", "language").join(asked_for, "key")
        met = met.filter("language != other_language").groupBy("doc", "other")
        told = met.agg(F.array_sort(F.collect_list(F.struct("key", "held"))).alias("told"))
        told = told.join(keys.select("doc", "keys", "size"), "doc").join(
            laid_out.select(
                F.col("doc").alias("other"),
                F.col("keys").alias("keys_of_other"),
                F.col("size").alias("other_keys"),
            ),
            "other",
        )
        shared = F.size(F.array_intersect("keys", "keys_of_other")).cast("bigint").alias("shared")
        rows = told.select(
            "doc", "other", F.col("told.held").alias("held"), shared, F.col("size").alias("keys"), "other_keys"
        )
        scored = mapped(rows, _retold.crossing, _schemas.CROSSING, laid_out_documents)
        scored = scored.join(laid_out.select(F.col("doc").alias("other"), _date().alias("date"), "id"), "other")
        in_order = Window.partitionBy("doc").orderBy(F.desc("score"), "date", "id")
        asked = scored.withColumn("place", F.row_number().over(in_order)).filter(F.col("place") <= kept)
        asked = asked.select("doc", "other", "score").join(texts.select("doc", _date().alias("date"), "id"), "doc")
        by_other = Window.partitionBy("other").orderBy(F.desc("score"), "date", "id")
        found = asked.withColumn("place", F.row_number().over(by_other)).filter(F.col("place") <= kept)
        return self.stages("translations", found.select(*ordered("doc", "other")).distinct())

    def judged(self, pairs: DataFrame, copies: DataFrame, settings: str) -> DataFrame:
        """The rows of pairs that are wanted."""
        documents = copies.filter(_REPRESENTS).count()
        grams = self._grams(pairs, copies, documents) if documents >= _retold.background_min_documents() else None
        told = pairs
        for side in ("a", "b"):
            told = told.join(_named(copies, side, "representative"), side)
        of_own = F.when(F.col("representative_a") == F.col("representative_b"), 1).otherwise(2).cast("bigint")
        told = told.select("a", "b", of_own.alias("own"))
        if grams is None:
            none = F.lit(b"")
            told = told.withColumns({"grams": none, "counts": none})
        else:
            told = told.join(grams, ["a", "b"], "left")
        columns = [f"{field}_{side}" for side in ("a", "b") for field in FIELDS]
        both = self.with_articles(pairs, *FIELDS, told=told).select(*columns, "grams", "counts", "own")
        return self.stages("judged", mapped(both, _retold.judge, _schemas.JUDGED, documents, settings))

    def _grams(self, pairs: DataFrame, copies: DataFrame, documents: int) -> DataFrame:
        """For each pair the runs of words that both hold, and in how many documents they stand."""
        buckets = Buckets(documents)
        shared = buckets.spread(self.with_articles(pairs, "text"), _retold.spread_shared_grams)
        texts = _those(self.articles.select("doc", "text"), copies, _REPRESENTS).select("text")
        counted = buckets.through(shared.unionByName(buckets.spread(texts, _retold.spread_all_grams)), "count")
        return self.stages("grams", buckets.through(counted, "gather", _schemas.GRAMS))


def copy_pairs(copies: DataFrame) -> DataFrame:
    """Each copy with the first of its text, else with its representative."""
    nearest = F.when(F.col("doc") != F.col("first"), F.col("first")).otherwise(F.col("representative"))
    return copies.withColumn("nearest", nearest).filter("doc != nearest").select(*ordered("doc", "nearest"))


def pairs_of_copies(copies: DataFrame, candidates: DataFrame, limits: tuple[int, int]) -> DataFrame:
    """What one text's copies are to each other, and to those of another text, as far as the limits go.

    Parameters
    ----------
    candidates
        Pairs of representatives.
    limits
        Copies of one text that are paired with each other, and pairs of two texts' copies.
    """
    paired_max, across_max = limits
    first = F.when(F.col("doc") == F.col("representative"), 0).otherwise(1)
    of_cluster = Window.partitionBy("representative")
    places = copies.select(
        "representative",
        "doc",
        F.row_number().over(of_cluster.orderBy(first, _date(), "id")).alias("place"),
        F.count("*").over(of_cluster).alias("size"),
    )
    near = places.filter((F.col("size") > 1) & (F.col("place") <= paired_max))
    others = near.select("representative", F.col("doc").alias("other"), F.col("place").alias("other_place"))
    within = near.join(others, "representative").filter("place < other_place").select(*ordered("doc", "other"))
    # beyond the limit so many of each side
    of_side: list[Any] = []
    for side in ("a", "b"):
        names = {"doc": f"doc_{side}", "place": f"place_{side}", "size": f"size_{side}"}
        columns = [F.col(name).alias(named) for name, named in names.items()]
        of_side.append(places.filter(F.col("place") <= across_max).select(F.col("representative").alias(side), *columns))
    across = candidates.select("a", "b").join(of_side[0], "a").join(of_side[1], "b")
    is_whole = F.col("size_a") * F.col("size_b") <= across_max
    most = int(across_max**0.5)
    across = across.filter(is_whole | ((F.col("place_a") <= most) & (F.col("place_b") <= most)))
    return within.unionByName(across.select(*ordered("doc_a", "doc_b")))
