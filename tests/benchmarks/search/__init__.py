"""Measure the search of an archive of 31,000 to a million emails; run by `tests.benchmarks.bench_search`."""
