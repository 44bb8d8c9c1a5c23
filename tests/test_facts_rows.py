"""Rows: which table a loop goes through, what it does to a row, and the same over whole columns."""

from __future__ import annotations

import textwrap
from typing import cast

import libcst as cst
import pytest

from smelllint.facts import Facts, Rows
from tests.facts_helpers import facts_of


def rows_of(facts: Facts) -> Rows | None:
    for type_ in (cst.For, cst.ListComp, cst.GeneratorExp, cst.Lambda):
        for node in facts.nodes(type_):
            return facts.rows(node)
    raise LookupError("no loop and no lambda")


def loop(head: str, body: str) -> Facts:
    lines = textwrap.indent(textwrap.dedent(body), "    ")
    return facts_of(
        f"import math\nimport numpy as np\nimport pandas as pd\ndf = pd.read_csv('a')\n{head}:\n{lines}\n"
    )


def is_elementwise(head: str, body: str) -> bool:
    facts = loop(head, body)
    rows = rows_of(facts)
    assert rows is not None
    return facts.elementwise(rows)


@pytest.mark.parametrize(
    ("code", "row"),
    [
        ("for i, r in df.iterrows(): pass", "r"),
        ("for r in df.itertuples(): pass", "r"),
        ("[r.a for r in df.itertuples()]", "r"),
        ("for a, b in df.itertuples(index=False): pass", ""),
        ("for i, r in df[df.a > 0].iterrows(): pass", "r"),
        ("df.apply(lambda r: r.a, axis=1)", "r"),
        ("df.apply(lambda r: r.a, 1)", "r"),
        ("df.apply(lambda r: r.a, axis='columns')", "r"),
    ],
)
def test_rows_are_known_by_the_table_they_come_from(code: str, row: str) -> None:
    rows = rows_of(facts_of(f"import pandas as pd\ndf = pd.read_csv('a.csv')\n{code}\n"))

    assert rows is not None
    assert rows.row == row


@pytest.mark.parametrize(
    "code",
    [
        "df.apply(lambda column: column.max())",
        "df.apply(lambda column: column.max(), axis=0)",
        "df['a'].apply(lambda x: x * 2)",
        "for column in df: pass",
        "for row in other.rows(): pass",
        "other.apply(lambda r: r.a, 1)",
        "sorted(df, key=lambda r: r.a)",
    ],
)
def test_other_loops_and_lambdas_have_no_rows(code: str) -> None:
    assert rows_of(facts_of(f"import pandas as pd\ndf = pd.read_csv('a.csv')\n{code}\n")) is None


def test_without_pandas_a_table_of_unknown_kind_has_no_rows() -> None:
    assert rows_of(facts_of("for i, r in table.iterrows(): pass\n")) is None
    assert rows_of(facts_of("import pandas\nfor i, r in table.iterrows(): pass\n")) is not None


@pytest.mark.parametrize(
    "body",
    [
        "df.loc[i, 'c'] = r.a * r.b",
        "df.at[i, 'c'] = 1 if r['a'] > 0 else 0",
        "total += r.a",
        "xs.append(r['a'] / 2)",
        "x = r.a - 1\nxs.append(math.sqrt(x))",
        "if r.a > 0 and r.b != 'no':\n    total += 1\nelse:\n    continue",
        "out[i] = np.log(r.a) + scale",
    ],
)
def test_arithmetic_that_ends_in_a_column_a_sum_or_a_list_is_elementwise(body: str) -> None:
    assert is_elementwise("for i, r in df.iterrows()", body)


@pytest.mark.parametrize(
    "body",
    [
        "print(r.a)",
        "xs.append(Point(r.a, r.b))",
        "xs.append((r.a, r.b))",
        "xs.append({'a': r.a})",
        "xs.append(f'{r.a}')",
        "xs.append('%s' % r.a)",
        "xs.append(r.a.lower())",
        "xs.append(r['a'][0])",
        "xs.append(look[r.a])",
        "look[r.a] = r.b",
        "y = f(r.a)\nxs.append(y)",
        "level = 0.9 * level + r.a",
        "total += r.a\nxs.append(total)",
        "df.loc[i, 'c'] = df.loc[i - 1, 'c'] + r.a",
        "if r.a > 0:\n    break",
        "for x in r.a:\n    total += x",
        "last = r.a",
        "xs.append(r)",
        "counts[r.a] += 1",
        "r['c'] = r['a'] * 2",
    ],
)
def test_anything_else_is_not_elementwise(body: str) -> None:
    assert not is_elementwise("for i, r in df.iterrows()", f"{body}\nprint(last)" if "last" in body else body)


def test_what_is_kept_from_the_last_row_is_no_element() -> None:
    facts = facts_of("""
        import pandas as pd
        df = pd.read_csv("a.csv")
        for r in df.itertuples():
            last = r.a * 2
        print(last)
    """)
    rows = rows_of(facts)

    assert rows is not None
    assert not facts.elementwise(rows)


def over_columns(body: str) -> str | None:
    facts = facts_of(
        f"import numpy as np\nimport pandas as pd\ndf = pd.DataFrame()\ndf.apply(lambda r: {body}, axis=1)\n"
    )
    rows = rows_of(facts)
    assert rows is not None
    return facts.over_columns(cast(cst.Lambda, rows.over).body, rows)


@pytest.mark.parametrize(
    ("body", "columns"),
    [
        ("r.a * r['b']", """df["a"] * df['b']"""),
        ("(r.a + 1) / abs(r.b - rate)", """(df["a"] + 1) / abs(df["b"] - rate)"""),
        ("np.log(r.a) > 2", """np.log(df["a"]) > 2"""),
        ("-r.a ** 2", """-df["a"] ** 2"""),
    ],
)
def test_arithmetic_on_fields_becomes_arithmetic_on_columns(body: str, columns: str) -> None:
    assert over_columns(body) == columns


@pytest.mark.parametrize(
    "body", ["r.a and r.b", "not r.a", "r.a if r.b else 0", "0 < r.a < 1", "max(r.a, 1)", "f(r.a)"]
)
def test_choices_have_no_twin_over_columns(body: str) -> None:
    assert over_columns(body) is None


def test_a_table_that_a_call_makes_is_not_made_several_times() -> None:
    facts = facts_of("import pandas as pd\npd.read_csv('a').apply(lambda r: r.a * r.b, axis=1)\n")
    rows = rows_of(facts)

    assert rows is not None
    assert facts.over_columns(cast(cst.Lambda, rows.over).body, rows) is None


@pytest.mark.parametrize(
    ("part", "columns"),
    [
        ("r", "df"),
        ("r[names]", "df[names]"),
        ("[r.a, r['b']]", """df[["a", 'b']]"""),
        ("f(r)", None),
        ("[r.a, 1]", None),
    ],
)
def test_a_part_of_the_row_belongs_to_a_part_of_the_table(part: str, columns: str | None) -> None:
    facts = facts_of(f"import pandas as pd\ndf = pd.DataFrame()\ndf.apply(lambda r: {part}, axis=1)\n")
    rows = rows_of(facts)

    assert rows is not None
    assert facts.columns(cast(cst.Lambda, rows.over).body, rows) == columns
