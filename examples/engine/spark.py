#!/usr/bin/env python3
"""A simulation on a Spark cluster, over any amount of log: Spark brings each day's lines together, in the order of their times, pipes every
partition through `rbc simulate --partial`, and the results are added up. Each worker needs rbc, on the driver's PATH, and the bundle.

usage: spark-submit spark.py BUNDLE TRAFFIC ... [OPTIONS OF rbc simulate --merge]      TRAFFIC: JSON lines, anything that Spark reads
"""
import json, os, shlex, subprocess, sys, zlib
from pyspark.sql import SparkSession


def by_time(line):
    return json.loads(line)['time']


def day_of(time):
    return zlib.crc32(time[:10].encode())            # the date in the company's own zone: budgets begin anew with it


def main():
    split = next((i for i, a in enumerate(sys.argv) if a.startswith('--')), len(sys.argv))
    bundle, traffic, options = sys.argv[1], sys.argv[2:split], sys.argv[split:]
    context = SparkSession.builder.appName('rbc simulate').getOrCreate().sparkContext
    lines = context.union([context.textFile(path) for path in traffic]).keyBy(by_time)
    days = lines.repartitionAndSortWithinPartitions(max(lines.getNumPartitions(), context.defaultParallelism), day_of)
    parts = days.values().pipe('rbc simulate %s - --partial' % shlex.quote(bundle), {'PATH': os.environ['PATH']}, checkCode=True).collect()
    return subprocess.run(['rbc', 'simulate', '--merge', '-', *options], input='\n'.join(parts), text=True).returncode


if __name__ == '__main__':
    sys.exit(main())
