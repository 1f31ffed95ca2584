"""A receipt carries a number, the file's hash and the time; reports know the day only."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from jixiao.errors import JixiaoError
from jixiao.installation.settings import ZONE, today
from jixiao.policy.schedule import chinese_time
from jixiao.store.tables import outbox
from jixiao.year import receipt_rows
from tests.delivery.conftest import SONGXI, Bureau


def receipt_notice(bureau: Bureau) -> str:
    with bureau.cycle.store.read() as connection:
        query = select(outbox.c.body).where(outbox.c.kind == "receipt").order_by(outbox.c.id)
        body: str = connection.execute(query).scalars().all()[-1]
    return body


def test_a_receipt_says_number_time_and_hash(bureau: Bureau) -> None:
    data = bureau.filled()
    bureau.drop("自评.xlsx", data)
    before = datetime.now(UTC).replace(microsecond=0)
    bureau.collect()
    (filing,) = bureau.filings()
    assert before <= filing.received_at <= datetime.now(UTC)
    assert filing.received_at.microsecond == 0
    assert filing.received_on == date(2024, 3, 1)
    body = receipt_notice(bureau)
    assert f"回执号：{filing.receipt}" in body
    assert hashlib.sha256(data).hexdigest() in body
    # A year that is played says which day the clock's time stands for.
    assert f"收到时间：{chinese_time(filing.received_at)}，按 2024年3月1日 办理。" in body


def test_on_the_very_day_there_is_one_time_to_tell(bureau: Bureau) -> None:
    bureau.drop("自评.xlsx", bureau.filled())
    bureau.day = today()
    bureau.collect()
    (filing,) = bureau.filings()
    if filing.received_at.astimezone(ZONE).date() == bureau.day:  # not over midnight just now
        assert f"收到时间：{chinese_time(filing.received_at)}。" in receipt_notice(bureau)


def test_receipts_are_listed_with_their_time_and_zone(bureau: Bureau) -> None:
    assert receipt_rows(bureau.cycle) == []
    bureau.drop("自评.xlsx", bureau.filled())
    bureau.collect()
    (filing,) = bureau.filings()
    (row,) = receipt_rows(bureau.cycle, SONGXI)
    assert row["回执号"] == filing.receipt
    assert row["校验码"] == filing.sha256
    assert row["文件"] == "自评.xlsx"
    assert row["状态"] == "待审核"
    said = datetime.fromisoformat(row["收到时间"])
    assert said == filing.received_at
    assert said.utcoffset() == timedelta(hours=8)
    with pytest.raises(JixiaoError, match="不在 2023 年度名册里"):
        receipt_rows(bureau.cycle, "11431125000000000X")


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2024-04-30T15:59:59+00:00", "2024年4月30日 23:59:59（北京时间）"),
        ("2024-04-30T16:00:00+00:00", "2024年5月1日 00:00:00（北京时间）"),
        ("2024-04-30T09:05:07+08:00", "2024年4月30日 09:05:07（北京时间）"),
    ],
)
def test_a_time_is_said_in_beijings(at: str, said: str) -> None:
    assert chinese_time(datetime.fromisoformat(at)) == said


def test_the_command_lists_them(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from jixiao.cli.filings import filings_command

    bureau.drop("自评.xlsx", bureau.filled())
    bureau.collect()
    monkeypatch.setenv("JIXIAO_VAR", str(bureau.settings.var))
    monkeypatch.delenv("JIXIAO_DATABASE", raising=False)
    filings_command(2023, unit=None, day=None, json=True)
    assert json.loads(capsys.readouterr().out)["2023"] == receipt_rows(bureau.cycle)
    filings_command(2022 + 1, unit=SONGXI, day=None, json=False)
    assert bureau.filings()[0].receipt[:8] in capsys.readouterr().out
