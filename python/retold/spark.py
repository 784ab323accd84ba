"""The whole scan on Spark: the engine's stages inside ``mapInArrow``, joins and counts by Spark.

Executors need this package, ``pandas`` (from 2.2, below 3) and ``pyarrow``; set ``PYSPARK_PYTHON`` to a Python that has them.
Documents are numbered by a hash of their ids, so that no result depends on partitions or on the order of rows. Nothing is
collected on the driver. With ``work`` the stages are written there as Parquet, and a job that is started again continues after
those that are finished; give each input and each choice of settings a folder of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from retold import _retold
from retold._data import FIELDS, names_of
from retold._jobs import ProfileLike, settings_of
from retold._retold import InputError

_SPAN = "ARRAY<BIGINT>"
_REUSE = "STRUCT<verbatim: DOUBLE, reworded: DOUBLE, new: DOUBLE>"
_PART = f"STRUCT<source: {_SPAN}, derived: {_SPAN}, kind: STRING>"

#: The schema of pairs: a line of ``pairs.jsonl``.
PAIR_SCHEMA = (
    "source STRING, derived STRING, relation STRING, tie STRING, score DOUBLE, direction_confidence DOUBLE, "
    f"reuse {_REUSE}, reuse_source {_REUSE}, jaccard DOUBLE, "
    "containment STRUCT<derived_in_source: DOUBLE, source_in_derived: DOUBLE>, "
    "facts STRUCT<shared: BIGINT, source_only: BIGINT, derived_only: BIGINT>, "
    "background_documents BIGINT, calibrated BOOLEAN, noise DOUBLE, disguised DOUBLE, "
    "evidence ARRAY<STRUCT<code: STRING, value: DOUBLE, text: STRING>>, "
    f"passages ARRAY<STRUCT<source: {_SPAN}, derived: {_SPAN}, parts: ARRAY<{_PART}>>>"
)

#: The schema of families: the ids of their articles, of those that took a part alone, and the weakest link.
FAMILY_SCHEMA = "id STRING, size BIGINT, members ARRAY<STRING>, borrowers ARRAY<STRING>, weakest DOUBLE"

_JUDGED_SCHEMA = f"{PAIR_SCHEMA}, taken DOUBLE, taken_of_source DOUBLE, full_score DOUBLE, full_confidence DOUBLE"
_ANALYSED_SCHEMA = (
    "id STRING, identity STRING, words BIGINT, bands ARRAY<BIGINT>, features ARRAY<BIGINT>, count BIGINT"
)

#: Features in as many documents are what everybody says.
_COMMON_DOCUMENTS = 65_535
#: Documents that tell what is rare.
_BACKGROUND_MIN_DOCUMENTS = 500
#: Each round of the search for components at least halves what is left; more are never needed.
_ROUNDS_MAX = 60


def _alone(stage: Callable[..., Any], arguments: tuple[Any, ...], batches: Iterable[Any]) -> Iterator[Any]:
    """A stage that takes each batch by itself."""
    import pyarrow as pa

    # Spark runs as many workers as there are cores
    os.environ.setdefault("RAYON_NUM_THREADS", "1")
    for batch in batches:
        yield pa.record_batch(stage(batch, *arguments))


def _in_order(stage: Callable[..., Any], arguments: tuple[Any, ...], batches: Iterable[Any]) -> Iterator[Any]:
    """A stage that takes sorted rows, group by group."""
    import pyarrow as pa

    os.environ.setdefault("RAYON_NUM_THREADS", "1")
    state = stage(*arguments)
    for batch in batches:
        yield pa.record_batch(state.push(batch))
    yield pa.record_batch(state.finish())


def _map(df: DataFrame, stage: Callable[..., Any], schema: str, *arguments: Any) -> DataFrame:
    return df.mapInArrow(partial(_alone, stage, arguments), schema)


def _map_sorted(
    df: DataFrame, key: str, then: str, stage: Callable[..., Any], schema: str, *arguments: Any
) -> DataFrame:
    ordered = df.repartition(key).sortWithinPartitions(key, then)
    return ordered.mapInArrow(partial(_in_order, stage, arguments), schema)


class _Stages:
    """Keeps what stages come to: in Parquet where a folder is named, else in Spark's own cache."""

    def __init__(self, work: str | None) -> None:
        self._work = work

    def __call__(self, name: str, df: DataFrame) -> DataFrame:
        if self._work is None:
            return _cut(df.persist())
        path = f"{self._work.rstrip('/')}/{name}"
        spark = df.sparkSession
        if not _exists(spark, f"{path}/_SUCCESS"):
            df.write.mode("overwrite").parquet(path)
        return spark.read.parquet(path)


def _cut(df: DataFrame) -> DataFrame:
    """The same rows by a plan that begins here: those of many stages in each other could not be gone through."""
    spark: Any = df.sparkSession
    java: Any = df._jdf  # pyright: ignore[reportPrivateUsage]
    return DataFrame(spark._jsparkSession.createDataFrame(java.javaRDD(), java.schema()), spark)


def _exists(spark: Any, path: str) -> bool:
    jvm = spark._jvm
    file = jvm.org.apache.hadoop.fs.Path(path)
    return bool(file.getFileSystem(spark._jsc.hadoopConfiguration()).exists(file))


def _articles(df: DataFrame, fields: Mapping[str, str] | None) -> DataFrame:
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


def components(edges: DataFrame, stages: Callable[[str, DataFrame], DataFrame], name: str) -> DataFrame:
    """The connected components of a graph: ``node`` and ``component``, its smallest node.

    Large stars and small stars by turns (Kiveris et al. 2014): each round joins and groups, and the number of rounds grows with
    the logarithm of the longest chain.

    Parameters
    ----------
    edges
        ``u`` and ``v``, 64-bit numbers.
    """
    stars = edges.select(F.greatest("u", "v").alias("u"), F.least("u", "v").alias("v")).filter("u != v").distinct()
    told = None
    for round in range(_ROUNDS_MAX):
        both = stars.unionByName(stars.select(F.col("v").alias("u"), F.col("u").alias("v")))
        least = both.groupBy("u").agg(F.least(F.col("u"), F.min("v")).alias("m"))
        large = both.join(least, "u").filter("v > u").select(F.col("v").alias("u"), F.col("m").alias("v"))
        large = large.filter("u != v").distinct()
        below = large.groupBy("u").agg(F.min("v").alias("m"))
        small = large.join(below, "u").filter("v != m").select(F.col("v").alias("u"), F.col("m").alias("v"))
        small = small.unionByName(below.select("u", F.col("m").alias("v"))).distinct()
        stars = stages(f"{name}-{round}", small)
        # the sum of hashes is told apart from any other, as good as certainly
        now = stars.select(F.count("*"), F.sum(F.xxhash64("u", "v").cast("decimal(38,0)"))).first()
        if now == told:
            break
        told = now
    roots = stars.select(F.col("v").alias("node"), F.col("v").alias("component")).distinct()
    return stars.select(F.col("u").alias("node"), F.col("v").alias("component")).unionByName(roots)


class _Job:
    """The stages up to clusters of copies."""

    def __init__(
        self, df: DataFrame, fields: Mapping[str, str] | None, threshold: float, work: str | None
    ) -> None:
        _retold.check_settings(settings_of(threshold=threshold))
        self.stages = _Stages(work)
        self.threshold = threshold
        self.articles = _articles(df, fields)
        analysed = _map(
            self.articles.select(*FIELDS), _retold.analyse, _ANALYSED_SCHEMA, names_of(None), threshold
        )
        self.analysed = self.stages("analysed", analysed.withColumn("doc", F.xxhash64("id")))
        repeated = self.analysed.groupBy("doc").count().filter("count > 1").select("doc").limit(1)
        found = self.analysed.join(repeated, "doc").select("id").first()
        if found is not None:
            raise InputError(f"the id {found['id']!r} was given twice: give each article its own id")
        firsts = self.analysed.filter("words > 0").groupBy("identity").agg(F.min("doc").alias("first"))
        known = self.analysed.select("doc", "identity", "words").join(firsts, "identity", "left")
        self.first_of_text = known.select(
            "doc", F.when(F.col("words") > 0, F.col("first")).otherwise(F.col("doc")).alias("first")
        )

    def with_texts(self, pairs: DataFrame) -> DataFrame:
        """Pairs with both texts."""
        texts = self.articles.select("doc", "text")
        return pairs.join(texts.select(F.col("doc").alias("a"), F.col("text").alias("text_a")), "a").join(
            texts.select(F.col("doc").alias("b"), F.col("text").alias("text_b")), "b"
        )

    def links(self) -> DataFrame:
        """Verified near-duplicates among first documents of texts."""
        firsts = self.first_of_text.filter("doc = first").select("doc")
        held = self.analysed.filter("words > 0").join(firsts, "doc", "left_semi")
        buckets = held.select(F.explode("bands").alias("bucket"), "doc")
        pairs = _map_sorted(buckets, "bucket", "doc", _retold.PairUp, "a BIGINT, b BIGINT").distinct()
        schema = "a BIGINT, b BIGINT, shared BIGINT, of_a BIGINT, of_b BIGINT"
        columns = ("a", "b", "text_a", "text_b")
        verified = _map(self.with_texts(pairs).select(*columns), _retold.verify, schema, self.threshold)
        return self.stages("links", verified)

    def copies(self, links: DataFrame) -> DataFrame:
        """For each document ``first`` and ``representative``."""
        edges = links.select(F.col("a").alias("u"), F.col("b").alias("v"))
        of = components(edges, self.stages, "copies").withColumnRenamed("node", "a")
        schema = "doc BIGINT, representative BIGINT"
        clustered = _map_sorted(links.join(of, "a"), "component", "a", _retold.Cluster, schema)
        clustered = clustered.withColumnRenamed("doc", "first")
        all_of = self.first_of_text.join(clustered, "first", "left")
        representative = F.coalesce("representative", "first").alias("representative")
        return self.stages("representatives", all_of.select("doc", "first", representative))

    def candidates(self, copies: DataFrame, settings: str) -> DataFrame:
        """Pairs of representatives that deserve a closer look."""
        own = copies.filter("doc = representative").select("doc")
        analysed = self.analysed.join(own, "doc", "left_semi").filter("count > 0")
        features = analysed.select("doc", "count", F.explode("features").alias("feature"))
        held = features.groupBy("feature").agg(F.count("*").alias("held"))
        held = held.filter(f"held > 1 and held < {_COMMON_DOCUMENTS}")
        rare, together = _retold.Ties.rare_max(), _retold.Ties.together_max()
        short = _retold.Ties.short_features_max()
        led = (F.col("held") > rare) & ~((F.col("held") <= together) & (F.col("count") <= short))
        in_order = Window.partitionBy("doc", "led").orderBy("feature")
        slot = F.when(F.col("led"), F.row_number().over(in_order) - 1).otherwise(0).cast("bigint")
        placed = features.join(held, "feature").withColumn("led", led).withColumn("slot", slot).drop("led")
        placed = placed.select("feature", "doc", "count", "held", "slot")
        schema = "doc BIGINT, other BIGINT, weight BIGINT, rare BIGINT"
        ties = _map_sorted(placed, "feature", "doc", _retold.Ties, schema, analysed.count())
        summed = ties.groupBy("doc", "other").agg(
            F.sum("weight").alias("weight"), F.count("*").alias("shared"), F.sum("rare").alias("rare")
        )
        counts = analysed.select("doc", "count")
        others = counts.select(F.col("doc").alias("other"), F.col("count").alias("other_count"))
        summed = summed.filter("shared > 1").join(counts, "doc").join(others, "other")
        met = summed.select("doc", "other", "weight", "shared", "rare", "count", "other_count")
        best = _map_sorted(met, "doc", "other", _retold.Best, "a BIGINT, b BIGINT, score DOUBLE")
        best = best.groupBy("a", "b").agg(F.max("score").alias("score"))
        for side in ("a", "b"):
            of_side = analysed.select(
                F.col("doc").alias(side),
                F.col("features").alias(f"features_{side}"),
                F.col("count").alias(f"count_{side}"),
            )
            best = best.join(of_side, side)
        columns = ("a", "b", "score", "features_a", "features_b", "count_a", "count_b")
        looked_at = _map(best.select(*columns), _retold.promising, "a BIGINT, b BIGINT", settings)
        return self.stages("candidates", looked_at)

    def judged(self, pairs: DataFrame, copies: DataFrame, settings: str) -> DataFrame:
        """The rows of pairs that are wanted."""
        own = copies.filter("doc = representative").select("doc")
        documents = own.count()
        grams = self._grams(pairs, own) if documents >= _BACKGROUND_MIN_DOCUMENTS else None
        empty = F.array().cast("array<bigint>")
        if grams is None:
            told = pairs.select("a", "b", empty.alias("grams"), empty.alias("counts"))
        else:
            told = pairs.join(grams, ["a", "b"], "left")
        columns: list[str] = []
        for side in ("a", "b"):
            names = {field: f"{field}_{side}" for field in FIELDS}
            told = told.join(
                self.articles.select(F.col("doc").alias(side), *[F.col(f).alias(n) for f, n in names.items()]), side
            )
            representative = F.col("representative").alias(f"representative_{side}")
            told = told.join(copies.select(F.col("doc").alias(side), representative), side)
            columns += names.values()
        of_own = F.when(F.col("representative_a") == F.col("representative_b"), 1).otherwise(2).cast("bigint")
        told = told.select(*columns, "grams", "counts", of_own.alias("own"))
        return self.stages("judged", _map(told, _retold.judge, _JUDGED_SCHEMA, documents, settings))

    def _grams(self, pairs: DataFrame, own: DataFrame) -> DataFrame:
        """For each pair the runs of words that both hold, and in how many documents they stand."""
        columns = ("a", "b", "text_a", "text_b")
        schema = "a BIGINT, b BIGINT, grams ARRAY<BIGINT>"
        shared = _map(self.with_texts(pairs).select(*columns), _retold.shared_grams, schema)
        shared = self.stages("grams", shared.select("a", "b", F.explode("grams").alias("gram")))
        wanted = shared.select("gram").distinct()
        texts = self.articles.join(own, "doc", "left_semi").select("text")
        all_of = _map(texts, _retold.all_grams, "grams ARRAY<BIGINT>")
        counts = all_of.select(F.explode("grams").alias("gram")).join(wanted, "gram", "left_semi")
        counts = counts.groupBy("gram").agg(F.count("*").alias("held"))
        told = shared.join(counts, "gram").groupBy("a", "b").agg(F.collect_list(F.struct("gram", "held")).alias("told"))
        return told.select("a", "b", F.col("told.gram").alias("grams"), F.col("told.held").alias("counts"))


def _ordered(one: str, other: str) -> list[Any]:
    return [F.least(one, other).alias("a"), F.greatest(one, other).alias("b")]


def _copy_pairs(copies: DataFrame, links: DataFrame, all_pairs: bool) -> DataFrame:
    """The copies to list: all pairs, or each with the first of its text, else with its representative."""
    if not all_pairs:
        nearest = F.when(F.col("doc") != F.col("first"), F.col("first")).otherwise(F.col("representative"))
        return copies.withColumn("nearest", nearest).filter("doc != nearest").select(*_ordered("doc", "nearest"))
    # the text of no words is no text: such documents are first of their own
    same = copies.select("first", F.col("doc").alias("other"))
    pairs = copies.join(same, "first").filter("doc < other").select(*_ordered("doc", "other"))
    of_a = copies.select(F.col("first").alias("a"), F.col("doc").alias("one"))
    of_b = copies.select(F.col("first").alias("b"), F.col("doc").alias("other"))
    across = links.select("a", "b").join(of_a, "a").join(of_b, "b").select(*_ordered("one", "other"))
    return pairs.unionByName(across)


def scan(
    df: DataFrame,
    *,
    id: str = "id",
    text: str = "text",
    fields: Mapping[str, str] | None = None,
    threshold: float = 0.8,
    all_pairs: bool = False,
    shared: bool = False,
    min_score: float | None = None,
    profile: ProfileLike = None,
    work: str | None = None,
) -> tuple[DataFrame, DataFrame]:
    """Finds all related pairs and their families, as :func:`retold.scan` does.

    Every pair that was judged derived is listed, not only each article's best link into its family. Families are listed by their
    articles: who came from whom within them is worked out on one machine, by :func:`retold.scan` of a family's articles for instance.

    Parameters
    ----------
    df
        Articles: ids and texts, and perhaps ``title``, ``date``, ``source``, ``url``, ``language``.
    id, text, fields
        Names of the columns.
    threshold, shared, min_score, profile
        As for :func:`retold.scan`.
    all_pairs
        All pairs of copies, not only each copy with the one that represents it.
    work
        Folder for the stages as Parquet, on a file system that all executors reach.

    Returns
    -------
    tuple of DataFrame
        Pairs and families, with the columns of :data:`PAIR_SCHEMA` and :data:`FAMILY_SCHEMA`.
    """
    settings = settings_of(threshold=threshold, shared=shared, min_score=min_score, profile=profile)
    _retold.check_settings(settings)
    job = _Job(df, {**(fields or {}), "id": id, "text": text}, threshold, work)
    links = job.links()
    copies = job.copies(links)
    # what is told beside decides no family
    tying = _copy_pairs(copies, links, False).unionByName(job.candidates(copies, settings)).distinct()
    tying = job.stages("tying", tying)
    pairs = tying
    if all_pairs:
        pairs = tying.unionByName(_copy_pairs(copies, links, True)).distinct()
    judged = job.judged(job.stages("pairs", pairs), copies, settings)
    u, v = F.xxhash64("source"), F.xxhash64("derived")
    derived = judged.filter("relation not in ('shared_source', 'unrelated')").select(
        F.least(u, v).alias("a"),
        F.greatest(u, v).alias("b"),
        "source",
        "derived",
        "relation",
        F.col("full_score").alias("score"),
        F.col("full_confidence").alias("confidence"),
        "taken",
        "taken_of_source",
    )
    tied = job.stages("tied", derived.join(tying, ["a", "b"], "left_semi"))
    ends = tied.select(F.col("a").alias("u"), F.col("b").alias("v"))
    of = components(ends, job.stages, "families").withColumnRenamed("node", "a")
    linked = tied.join(of, "a").drop("a", "b")
    families = _map_sorted(linked, "component", "source", _retold.Families, FAMILY_SCHEMA)
    return judged.drop("taken", "taken_of_source", "full_score", "full_confidence"), families


def dedup(
    df: DataFrame,
    *,
    id: str = "id",
    text: str = "text",
    threshold: float = 0.8,
    work: str | None = None,
) -> DataFrame:
    """Marks identical texts and near-duplicates.

    Returns
    -------
    DataFrame
        ``id``, ``representative`` (the id that stands for its cluster), ``size`` of the cluster, ``keep``.
    """
    job = _Job(df, {"id": id, "text": text}, threshold, work)
    copies = job.copies(job.links())
    ids = job.analysed.select("doc", "id")
    sizes = copies.groupBy("representative").agg(F.count("*").alias("size"))
    of = ids.select(F.col("doc").alias("representative"), F.col("id").alias("representative_id"))
    marked = copies.join(ids, "doc").join(sizes, "representative").join(of, "representative")
    keep = (F.col("doc") == F.col("representative")).alias("keep")
    return marked.select("id", F.col("representative_id").alias("representative"), "size", keep)


def _flagged(folder: str, settings: str, batches: Iterable[Any]) -> Iterator[Any]:
    import pyarrow as pa

    os.environ.setdefault("RAYON_NUM_THREADS", "1")
    archive = _retold.Archive(folder, False)
    for batch in batches:
        data = _retold.Data.arrow(batch, names_of(None), False)
        rows = [row for _, rows in archive.flag(data, settings, False) for row in rows]
        yield pa.record_batch({"row": pa.array(rows, pa.string())})


def flag(
    df: DataFrame,
    index: str | os.PathLike[str] | DataFrame,
    *,
    id: str = "id",
    text: str = "text",
    fields: Mapping[str, str] | None = None,
    shared: bool = False,
    min_score: float | None = None,
    profile: ProfileLike = None,
    work: str | None = None,
) -> DataFrame:
    """Holds articles against an archive.

    Parameters
    ----------
    index
        The folder of an archive index that all executors reach, or the archive's articles as a DataFrame with the same columns.

    Returns
    -------
    DataFrame
        Pairs, with the columns of :data:`PAIR_SCHEMA`.
    """
    names = {**(fields or {}), "id": id, "text": text}
    if not isinstance(index, DataFrame):
        settings = settings_of(shared=shared, min_score=min_score, profile=profile)
        _retold.check_settings(settings)
        asked = _articles(df, names).select(*FIELDS)
        rows = asked.mapInArrow(partial(_flagged, os.fspath(index), settings), "row STRING")
        return rows.select(F.from_json("row", PAIR_SCHEMA).alias("row")).select("row.*")
    here, there = _articles(df, names), _articles(index, names)
    pairs, _ = scan(
        here.unionByName(there).drop("doc"),
        all_pairs=True,
        shared=shared,
        min_score=min_score,
        profile=profile,
        work=work,
    )
    ids = here.select("id")
    is_source = pairs.join(ids.withColumnRenamed("id", "source"), "source", "left_semi")
    is_derived = pairs.join(ids.withColumnRenamed("id", "derived"), "derived", "left_semi")
    only_source = is_source.join(ids.withColumnRenamed("id", "derived"), "derived", "left_anti")
    only_derived = is_derived.join(ids.withColumnRenamed("id", "source"), "source", "left_anti")
    return only_source.unionByName(only_derived)


__all__ = ["FAMILY_SCHEMA", "PAIR_SCHEMA", "components", "dedup", "flag", "scan"]
