"""The whole scan on Spark: the engine's stages inside ``mapInArrow``, joins and counts by Spark.

Executors need this package, ``pandas`` (from 2.2, below 3) and ``pyarrow``; set ``PYSPARK_PYTHON`` to a Python that has them.
Documents are numbered by a hash of their ids, so that no result depends on partitions or on the order of rows. Nothing is
collected; what Spark sends to all executors, and holds on the driver for it, is half a million numbers or pairs of them. With
``work`` the stages are written there as Parquet, and a job that is started again continues after those that are finished; give
each input and each choice of settings a folder of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retold import _retold
from retold._data import FIELDS, names_of
from retold._jobs import ProfileLike, settings_of
from retold.spark._engine import components, mapped_in_order
from retold.spark._job import Job, articles_of, copy_pairs, pairs_of_copies
from retold.spark._schemas import FAMILY_SCHEMA, PAIR_SCHEMA

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
        Of copies all pairs with each other, and with what others of them are derived from, not only those of the text that
        represents them.
    work
        Folder for the stages as Parquet, on a file system that all executors reach.

    Returns
    -------
    tuple of DataFrame
        Pairs and families, with the columns of :data:`PAIR_SCHEMA` and :data:`FAMILY_SCHEMA`.
    """
    settings = settings_of(threshold=threshold, shared=shared, min_score=min_score, profile=profile)
    _retold.check_settings(settings)
    job = Job(df, {**(fields or {}), "id": id, "text": text}, threshold, work)
    copies, bridges = job.copies(job.links())
    promising = job.promising(job.rewrites(copies), settings)
    proposed, candidates = promising.filter("is_best").select("a", "b"), promising.select("a", "b")
    translations = job.translations(copies)
    if translations is not None:
        proposed, candidates = proposed.unionByName(translations), candidates.unionByName(translations)
    # what is told beside decides no family
    tying = job.stages("tying", copy_pairs(copies).unionByName(bridges).unionByName(proposed).distinct())
    pairs = tying
    if all_pairs:
        more = pairs_of_copies(copies, candidates, _retold.copies_limits())
        pairs = job.stages("pairs", tying.unionByName(more).distinct())
    judged = job.judged(pairs, copies, settings)
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
    families = mapped_in_order(linked, "component", ("component", "source"), _retold.Families, FAMILY_SCHEMA)
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
    job = Job(df, {"id": id, "text": text}, threshold, work)
    copies, _ = job.copies(job.links())
    ids = job.documents.select("doc", "id")
    sizes = copies.groupBy("representative").agg(F.count("*").alias("size"))
    of = ids.select(F.col("doc").alias("representative"), F.col("id").alias("representative_id"))
    marked = copies.join(sizes, "representative").join(of, "representative")
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
        asked = articles_of(df, names).select(*FIELDS)
        rows = asked.mapInArrow(partial(_flagged, os.fspath(index), settings), "row STRING")
        return rows.select(F.from_json("row", PAIR_SCHEMA).alias("row")).select("row.*")
    here, there = articles_of(df, names), articles_of(index, names)
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
