"""Tables: the columns that a file takes from a table it reads, and files that are parsed again."""

from __future__ import annotations

import textwrap

import pytest

from smelllint.facts import Facts, Taken, Why
from tests.facts_helpers import facts_of, find_call

READ = "pd.read_csv('a.csv')"


def taken(body: str) -> Taken | None:
    facts = facts_of(f"import pandas as pd\n{textwrap.dedent(body)}\n")
    return facts.taken(find_call(facts, READ))


@pytest.mark.parametrize(
    ("body", "columns"),
    [
        (f"x = {READ}['a']", ["a"]),
        (f"x = {READ}[['b', 'a']]", ["b", "a"]),
        (f"x = {READ}.a.mean()", ["a"]),
        (f"x = {READ}[:10]['a']", ["a"]),
        (f"df = {READ}\nx = df['a'] + df.b", ["a", "b"]),
        (f"df = {READ}\nx = df[df['a'] > 0]['b']", ["a", "b"]),
        (f"df = {READ}\nkeep = ~df['a'].isna() & (df.b == 1)\nx = df[keep].c", ["a", "b", "c"]),
        (f"df = {READ}\ndf = df.head(5)\nx = df['a']", ["a"]),
        (f"df = {READ}.sort_values('a', ascending=False)\nx = df['b']", ["a", "b"]),
        (f"df = {READ}.set_index(['a', 'b'])\nx = df.c[df.index]", ["a", "b", "c"]),
        (f"df = {READ}.reset_index(drop=True)\nx = df['a']", ["a"]),
        (f"df = {READ}\nx = df.loc[df.a > 0, 'b'], df.at[3, 'c'], df.loc[:, ['d']]", ["a", "b", "c", "d"]),
        (f"df = {READ}\nx = df.iloc[3]['a'], df.loc[2:5]['b']", ["a", "b"]),
        (f"df = {READ}\nx = df.groupby(['a'])['b'].sum(), df.groupby('c').size()", ["a", "b", "c"]),
        (f"df = {READ}\nx = len(df), df.shape[0], df['a']\ndel df", ["a"]),
        (f"NAME = 'a'\nx = {READ}[NAME]", ["a"]),
        (f"def f(df):\n    return df['a']\nx = f({READ})", ["a"]),
        (f"df = {READ}\ndf['b'] = df['a'] * 2\nx = df['b']", ["a"]),
        (f"df = {READ}\ndf['a'] *= 2\nx = df['a']", ["a"]),
        (f"df = {READ}\ndf['a'] = df['a'].str.lower()\nx = df['a']", ["a"]),
        (f"df = {READ}\ndf = df[['a', 'b']]\ndf.info()", ["a", "b"]),
    ],
)
def test_columns_are_taken_by_name(body: str, columns: list[str]) -> None:
    found = taken(body)

    assert found is not None
    assert found.columns == columns


@pytest.mark.parametrize(
    "body",
    [
        READ,
        f"def f():\n    return {READ}",
        f"df = {READ}\nprint(df)",
        f"df = {READ}\nx = df['a'], df.columns",
        f"df = {READ}\nx = df['a'], df.shape",
        f"df = {READ}\nx = df[0]",
        f"df = {READ}\nx = df[name]",
        f"df = {READ}\nx = df[df > 0]['a']",
        f"df = {READ}\nx = df.dropna()['a']",
        f"df = {READ}\ndf.dropna(subset=['a'], inplace=True)\nx = df['a']",
        f"df = {READ}\nx = df.drop_duplicates()['a']",
        f"df = {READ}.reset_index()\nx = df['a']",
        f"df = {READ}\nx = df.groupby('a').mean()",
        f"df = {READ}\nx = df.iloc[:, 0]",
        f"df = {READ}\nx = df.iloc[0].mean()",
        f"df = {READ}\nx = df.loc['row'].sum()",
        f"df = {READ}\ndf.a = 1\nx = df.a",
        f"df = {READ}\ndf.loc[df.a > 0, 'b'] = 1\nx = df.a",
        f"df = {READ}\ndel df['a']\nx = df['b']",
        f"df = {READ}\nif y:\n    df['b'] = 1\nx = df['b']",
        f"df = {READ}\ndef f():\n    df['b'] = 1\nx = df['b']",
        f"names = ['a']\nnames.append(y)\nx = {READ}[names]",
        f"names = ['a']\nf(names)\nx = {READ}[names]",
        f"x = [{READ}]\ny = x[0]['a']",
        f"class A:\n    df = {READ}\n    x = df['a']",
        f"class A:\n    def f(self):\n        self.df = {READ}\n        x = self.df['a']\ny = A().df.columns",
    ],
)
def test_a_table_of_which_more_may_be_used_is_not_known(body: str) -> None:
    assert taken(body) is None


def test_selections_and_rows_are_told_apart() -> None:
    found = taken(f"df = {READ}\nx = df[['a', 'b']], df['c'], df.iloc[0]['a']")

    assert found is not None
    assert found.selected == [["a", "b"]]
    assert found.rowwise


def parsed_last(body: str) -> Why | str | None:
    """Why the last call that reads is one too many: the text of the call before, where it is that."""
    facts: Facts = facts_of(f"import shutil\nimport time\nimport pandas as pd\n{textwrap.dedent(body)}\n")
    again = facts.reparsed(find_call(facts, READ, facts.source.text.count(READ) - 1))
    return facts.text(again) if again is not None and not isinstance(again, Why) else again


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (f"for x in xs:\n    {READ}", Why.ROUND),
        (f"for x in xs:\n    {READ}\n    y.to_csv('b.csv')", Why.ROUND),
        (f"for x in xs:\n    {READ}\n    open('b.csv', 'w')", Why.ROUND),
        (f"x = {READ}\ny = {READ}", READ),
        (f"x = {READ}\nif x.size:\n    y = {READ}", READ),
        (f"x = {READ}", None),
        (f"if a:\n    x = {READ}\nelse:\n    x = {READ}", None),
        (f"x = pd.read_csv('a.csv', sep=';')\ny = {READ}", None),
        (f"def f():\n    return {READ}\nx = {READ}", None),
        (f"for x in range(3):\n    {READ}", None),
        (f"while True:\n    {READ}", None),
        (f"for x in xs:\n    {READ}\n    time.sleep(1)", None),
        (f"for x in xs:\n    {READ}\n    x.to_csv('a.csv')", None),
        (f"for x in xs:\n    {READ}\n    x.to_csv(path)", None),
        (f"for x in xs:\n    {READ}\n    open('a.csv', 'a')", None),
        (f"for x in xs:\n    {READ}\n    shutil.copy(x, 'a.csv')", None),
    ],
)
def test_a_file_is_parsed_again(body: str, why: Why | str | None) -> None:
    assert parsed_last(body) == why


@pytest.mark.parametrize(
    ("call", "little"),
    [
        ("pd.read_csv(p, nrows=5)", True),
        ("pd.read_csv(io.StringIO(text))", True),
        ("pd.read_csv(p, nrows=100_000)", False),
        ("pd.read_csv(p, nrows=n)", False),
        ("pd.read_csv(p)", False),
    ],
)
def test_a_glance_at_a_file_is_told_from_reading_it(call: str, little: bool) -> None:
    facts = facts_of(f"import io\nimport pandas as pd\nx = {call}\n")

    assert facts.glanced(find_call(facts, call)) is little
