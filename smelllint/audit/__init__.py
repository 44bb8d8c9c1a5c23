"""`smelllint audit`: whole collections of code, in shards, through any executor, into a folder of results.

    command     what the command line takes
    run         the story: sources -> shards -> results -> summary
    sources     what there is to look at: folders, lists of them, JSON lines, Parquet
    texts       one text after the other out of a JSON-lines file
    parquet     the same out of a Parquet file, and results into one: all that needs PyArrow
    shards      so many of them at a time, and what tells whether a shard is as it was
    executors   who does the work, and what is done where they fail
    work        what is done with a shard, wherever that is
    steward     the process by which a worker outlives what it looks at
    tally       what is counted
    store       the folder of results: what is done is not done again

A shard is what one task looks at, what is kept whole or not at all, and what is in memory at a time.
"""
