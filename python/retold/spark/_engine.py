"""What Spark does: it moves batches through stages, keeps what they come to, and finds connected components."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retold import _retold
from retold.spark import _schemas

#: Each round of the search for components at least halves what is left; more are never needed.
_ROUNDS_MAX = 60

#: So many blobs a stage takes at once.
_BLOBS_AT_ONCE = 16

#: What stages write: one of another form is made anew.
_FORM = "form-2"

#: So many edges one worker holds, in some hundred megabytes: there Spark's rounds cost more than the search.
_EDGES_OF_ONE = 2_000_000


def _record_batches(made: Any) -> Iterator[Any]:
    """What a stage returned: a batch, or several."""
    import pyarrow as pa

    for batch in made if isinstance(made, list) else [made]:
        yield pa.record_batch(batch)


def _alone(stage: Callable[..., Any], arguments: tuple[Any, ...], batches: Iterable[Any]) -> Iterator[Any]:
    """A stage that takes each batch by itself."""
    # Spark runs as many workers as there are cores
    os.environ.setdefault("RAYON_NUM_THREADS", "1")
    for batch in batches:
        yield from _record_batches(stage(batch, *arguments))


def _in_order(stage: Callable[..., Any], arguments: tuple[Any, ...], batches: Iterable[Any]) -> Iterator[Any]:
    """A stage that takes sorted rows, group by group."""
    os.environ.setdefault("RAYON_NUM_THREADS", "1")
    state = stage(*arguments)
    for batch in batches:
        yield from _record_batches(state.push(batch))
    yield from _record_batches(state.finish())


def _in_buckets(arguments: tuple[Any, ...], batches: Iterable[Any]) -> Iterator[Any]:
    """A stage that takes blobs bucket by bucket: what comes of one goes out before the next but few are taken."""
    few = (batch.slice(at, _BLOBS_AT_ONCE) for batch in batches for at in range(0, batch.num_rows, _BLOBS_AT_ONCE))
    return _in_order(_retold.Packed, arguments, few)


def mapped(df: DataFrame, stage: Callable[..., Any], schema: str, *arguments: Any) -> DataFrame:
    """What a stage makes of rows, batch by batch."""
    return df.mapInArrow(partial(_alone, stage, arguments), schema)


def mapped_in_order(
    df: DataFrame,
    together: str | Column,
    order: tuple[str, ...],
    stage: Callable[..., Any],
    schema: str,
    *arguments: Any,
) -> DataFrame:
    """What a stage makes of sorted rows; those that are equal in ``together`` come to one worker."""
    ordered = df.repartition(together).sortWithinPartitions(*order)
    return ordered.mapInArrow(partial(_in_order, stage, arguments), schema)


class Buckets:
    """Rows of numbers in blobs, spread over buckets by a key: of documents' features and runs of words there are hundreds a
    document, and Spark moves a blob as it moves a row.

    Parameters
    ----------
    documents
        Documents that have any.
    """

    #: Buckets of a partition: its blobs may all come in one batch.
    _OF_PARTITION = 4

    def __init__(self, documents: int) -> None:
        self._documents = documents
        self._count = _retold.buckets(documents)

    def spread(self, df: DataFrame, stage: Callable[..., Any]) -> DataFrame:
        """Rows to blobs."""
        return mapped(df, stage, _schemas.PACKED, self._count)

    def through(self, blobs: DataFrame, stage: str, schema: str = _schemas.PACKED) -> DataFrame:
        """What a stage makes of each bucket's blobs."""
        partitions = -(-self._count // self._OF_PARTITION)
        ordered = blobs.repartition(partitions, "bucket").sortWithinPartitions("bucket")
        arguments = (stage, self._count, self._documents)
        return ordered.mapInArrow(partial(_in_buckets, arguments), schema)


class Stages:
    """Keeps what stages come to: in Parquet where a folder is named, else in Spark's own cache."""

    def __init__(self, work: str | None) -> None:
        self._work = work

    def __call__(self, name: str, df: DataFrame) -> DataFrame:
        if self._work is None:
            return _cut(df.persist())
        path = f"{self._work.rstrip('/')}/{_FORM}/{name}"
        spark = df.sparkSession
        if not _exists(spark, f"{path}/_SUCCESS"):
            df.write.mode("overwrite").parquet(path)
        return spark.read.parquet(path)


def _cut(df: DataFrame) -> DataFrame:
    """The same rows by a plan that begins here: those of many stages in each other could not be gone through."""
    spark: Any = df.sparkSession
    java: Any = df._jdf  # pyright: ignore[reportPrivateUsage]
    # rows as Spark holds them: by its public way each list would become an object for each of its numbers
    return DataFrame(spark._jsparkSession.internalCreateDataFrame(java.queryExecution().toRdd(), java.schema(), False), spark)


def _exists(spark: Any, path: str) -> bool:
    jvm = spark._jvm
    file = jvm.org.apache.hadoop.fs.Path(path)
    return bool(file.getFileSystem(spark._jsc.hadoopConfiguration()).exists(file))


def ordered(one: str, other: str) -> list[Column]:
    """Two documents as ``a`` and ``b``, the smaller number first."""
    return [F.least(one, other).alias("a"), F.greatest(one, other).alias("b")]


def components(
    edges: DataFrame,
    stages: Callable[[str, DataFrame], DataFrame],
    name: str,
    edges_of_one: int = _EDGES_OF_ONE,
) -> DataFrame:
    """The connected components of a graph: ``node`` and ``component``, its smallest node.

    A graph of few edges one worker goes through. In others large stars and small stars go by turns (Kiveris et al. 2014): each
    round joins and groups, and the number of rounds grows with the logarithm of the longest chain.

    Parameters
    ----------
    edges
        ``u`` and ``v``, 64-bit numbers.
    edges_of_one
        How many edges are few.
    """
    stars = edges.select(F.greatest("u", "v").alias("u"), F.least("u", "v").alias("v")).filter("u != v").distinct()
    stars = stages(f"{name}-edges", stars)
    if stars.count() <= edges_of_one:
        of_one = partial(_in_order, _retold.Components, ())
        return stages(name, stars.coalesce(1).mapInArrow(of_one, "node BIGINT, component BIGINT"))
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
