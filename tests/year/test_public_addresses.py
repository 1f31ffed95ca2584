"""What becomes of a public report: taken down, followed to other websites, sent to other places."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from jixiao.cli import app
from jixiao.errors import JixiaoError
from jixiao.installation.settings import Settings
from jixiao.store.publications import publication_records, verification_records
from jixiao.store.store import history as events
from jixiao.year import Cycle, State, advance, outstanding, perform, standings
from jixiao.year.base import file_name
from jixiao.year.officer.unpublish import unpublish
from jixiao.year.steps.county import spread, summarise, write_summary
from jixiao.year.steps.verify import history

YUNLING = "11431199MB99010161"
LAST = date(2024, 11, 5)


@pytest.fixture
def played(sqlite_year, tmp_path):
    """A copy of the played year that a test may change."""
    var = tmp_path / "var"
    shutil.copytree(sqlite_year.settings.var, var, symlinks=True)
    return type(sqlite_year)(
        Settings(var, f"sqlite:///{var / 'jixiao.db'}"), sqlite_year.script, []
    )


def notices(cycle: Cycle, kind: str) -> list[str]:
    with cycle.store.read() as connection:
        query = text("SELECT recipient FROM outbox WHERE kind = :kind ORDER BY id")
        return list(connection.execute(query, {"kind": kind}).scalars())


def test_every_report_is_there_in_every_format_and_is_made_once(played):
    cycle = played.cycle()
    site = cycle.settings.site / "current" / "2023"
    with cycle.store.read() as connection:
        published = publication_records(connection, 2023)
    assert len(published) == 5
    for unit, record in published.items():
        kept = cycle.settings.reports / record.path
        for name in ("index.html", "report.json", "report.docx", "report.pdf"):
            assert (kept / name).read_bytes() == (site / unit / name).read_bytes()
    internal = {p.suffix for p in (cycle.settings.reports / "2023" / YUNLING).rglob("第1次/*")}
    assert internal == {".html", ".docx", ".pdf", ".json"}
    assert "render" not in outstanding(cycle)


def test_a_report_that_is_taken_down_says_so_everywhere(played):
    cycle = played.cycle(LAST)
    address = unpublish(cycle, YUNLING.lower(), "绩效股股长", "基础数据有误")
    advance(cycle)
    site = cycle.settings.site / "current" / "2023"
    page = (site / YUNLING / "index.html").read_text(encoding="utf-8")
    assert "撤回" in page
    assert "基础数据有误" in page
    assert not (site / YUNLING / "report.pdf").exists()
    assert address.endswith(f"/2023/{YUNLING}/")
    register = json.loads((site / "register" / "register.json").read_text(encoding="utf-8"))
    row = next(r for r in register["rows"] if r["unit_code"] == YUNLING)
    assert row["public"] == "否"
    assert "基础数据有误" in row["remark"]
    standing = next(s for s in standings(cycle) if s.department.code == YUNLING)
    assert standing.state is State.WITHDRAWN
    with cycle.store.read() as connection:
        said = [e for e in events(connection, 2023, YUNLING) if e.what == "unpublished"]
    assert [e.actor for e in said] == ["绩效股股长"]
    assert notices(cycle, "unpublished") == [YUNLING]
    # It stays down: nothing is due, not even the check of its address.
    later = played.cycle(LAST + timedelta(days=60))
    assert "publish" not in outstanding(later)
    assert YUNLING not in [i.id for i in outstanding(later).get("verify", [])]
    with pytest.raises(JixiaoError, match="已经撤下"):
        unpublish(cycle, YUNLING, "绩效股股长", "再撤一次")


@pytest.mark.parametrize(("officer", "reason"), [("", "有误"), ("某人", " ")])
def test_nothing_is_taken_down_without_a_name_and_a_reason(played, officer, reason):
    with pytest.raises(JixiaoError, match="经办人"):
        unpublish(played.cycle(), YUNLING, officer, reason)


def test_every_look_at_an_address_is_kept(played):
    cycle = played.cycle(LAST)
    before = history(cycle)
    assert {row["结果"] for row in before} == {"正常"}
    later = played.cycle(LAST + timedelta(days=40))
    done, failed = perform(later, "verify")
    assert not failed
    assert len(done) == 5
    assert history(later)[: len(before)] == before
    assert len(history(later)) == len(before) + 5
    # Looked at again on the same day it is the same news.
    assert perform(later, "verify") == ([], {})


@pytest.fixture
def elsewhere(tmp_path):
    """A department's own web server and the folder it serves."""
    root = tmp_path / "own"
    root.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield root, f"http://127.0.0.1:{server.server_address[1]}/report.html"
        server.shutdown()
        thread.join()


def following(cycle: Cycle, **site: object) -> Cycle:
    """The same cycle under a pack that follows departments' own websites."""
    info = cycle.pack.info
    changed = info.model_copy(
        update={"site": info.site.model_copy(update={"verify_own": True, **site})}
    )
    return replace(cycle, pack=replace(cycle.pack, info=changed))


def own_address(cycle: Cycle, address: str) -> None:
    """The department filed this address in its register row."""
    with cycle.store.begin() as connection:
        record = publication_records(connection, 2023)[YUNLING]
        listing = json.dumps({**record.listing, "own": address}, ensure_ascii=False)
        connection.execute(
            text("UPDATE publications SET listing = :l WHERE id = :id"),
            {"l": listing, "id": record.id},
        )


def own_looks(cycle: Cycle) -> list[tuple[str, str]]:
    with cycle.store.read() as connection:
        looks = verification_records(connection, 2023)
    return [(r.unit, r.state) for r in looks if r.own and r.unit == YUNLING]


def test_departments_own_websites_are_followed_where_the_pack_says_so(played, elsewhere):
    root, address = elsewhere
    cycle = played.cycle(LAST)
    own_address(cycle, address)
    # No other host: what the sample's departments filed is not asked from a test.
    asked = following(cycle, own_hosts=("127.0.0.1",))

    def due(c: Cycle) -> list[str]:
        return [i.id for i in outstanding(c).get("verify", []) if "own" in i.id]

    assert due(cycle) == []
    assert f"{YUNLING}/own" in due(asked)
    perform(asked, "verify")
    assert own_looks(asked) == [(YUNLING, "broken")]
    assert notices(asked, "own_address").count(YUNLING) == 1
    page = asked.settings.site / "current" / "2023" / YUNLING / "index.html"
    shutil.copy(page, root / "report.html")
    later = following(played.cycle(LAST + timedelta(days=8)), own_hosts=("127.0.0.1",))
    perform(later, "verify")
    assert own_looks(later)[-1] == (YUNLING, "verified")
    assert notices(later, "own_address").count(YUNLING) == 1
    # The bureau's own address is a matter of its own.
    standing = next(s for s in standings(later) if s.department.code == YUNLING)
    assert standing.state is State.VERIFIED


def test_no_host_is_asked_that_the_pack_does_not_name(played, elsewhere):
    _, address = elsewhere
    cycle = played.cycle(LAST)
    own_address(cycle, address)
    asked = following(cycle, own_hosts=("example.gov.cn",))
    perform(asked, "verify")
    with asked.store.read() as connection:
        look = next(r for r in verification_records(connection, 2023) if r.own)
    assert "名单" in look.detail


def test_the_site_is_sent_where_the_configuration_says(played, tmp_path):
    settings = replace(played.settings, publish_to=str(tmp_path / "www"))
    cycle = replace(played.cycle(LAST), settings=settings)
    done, failed = perform(cycle, "site")
    assert not failed
    assert [d.id for d in done] == ["site"]
    here, there = settings.site / "current", tmp_path / "www"
    names = {p.relative_to(here.resolve()) for p in here.resolve().rglob("*") if p.is_file()}
    assert names
    assert all((there / n).read_bytes() == (here / n).read_bytes() for n in names)
    blocked = replace(cycle, settings=replace(settings, publish_to="nosuch://x"))
    assert list(perform(blocked, "site")[1]) == ["公开网站"]
    assert "site" in outstanding(blocked)


def test_the_summary_is_a_draft_until_the_reports_are_public(played):
    draft = write_summary(played.cycle(date(2024, 5, 31)), ("html", "docx", "pdf", "xlsx"))
    assert draft.summary.draft
    paths = [Path(place) for place in draft.places]
    assert all("草稿" in p.name and p.stat().st_size for p in paths)
    assert "草稿" in paths[0].read_text(encoding="utf-8")
    final = write_summary(played.cycle(LAST), ("html",))
    assert not final.summary.draft
    assert "草稿" not in Path(final.places[0]).read_text(encoding="utf-8")
    titles = [chart.title for chart in summarise(played.cycle(LAST)).charts]
    assert titles == ["重算得分分布", "指标完成程度", "预算执行率"]
    assert len(spread(played.cycle(LAST))) == 5
    assert spread(played.cycle(date(2024, 4, 1))) == ()


def test_the_commands(played, monkeypatch):
    monkeypatch.setenv("JIXIAO_VAR", str(played.settings.var))
    monkeypatch.delenv("JIXIAO_DATABASE", raising=False)
    run = CliRunner().invoke
    made = run(app, ["summary", "2023", "--day", "2024-05-31", "--format", "xlsx", "--json"])
    assert made.exit_code == 0, made.output
    assert Path(json.loads(made.output)[0]["文件"]).is_file()
    looks = run(app, ["addresses", "2023", "--day", "2024-11-05", "--json"])
    assert len(json.loads(looks.output)) >= 5
    given = ["unpublish", "2023", YUNLING, "--officer", "某人", "--reason", "有误"]
    down = run(app, [*given, "--day", "2024-11-05"])
    assert down.exit_code == 0, down.output
    page = played.settings.site / "current" / "2023" / YUNLING / "index.html"
    assert "撤回" in page.read_text(encoding="utf-8")
    assert run(app, ["summary", "2023", "--format", "odt"]).exit_code != 0


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "=cmd|'/c calc'!A1", "a\\b:c*?\n\0d", "...", " "]
)
def test_a_departments_name_never_leads_out_of_its_folder(tmp_path, name):
    safe = file_name(name)
    assert (tmp_path / f"{safe}自评报告.docx").parent == tmp_path
    assert not set(safe) & set('/\\:*?"<>|\n\0')
    assert safe.strip(" .")


@pytest.fixture
def served(played):
    """The bureau's own web server over the public site, and a cycle that asks it."""
    asked: list[str] = []

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            asked.append(self.path)

    root = played.settings.site / "current"
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()
        thread.join()


def moved_to(cycle: Cycle, base: str) -> None:
    """What was published stands below another prefix."""
    with cycle.store.begin() as connection:
        query = "UPDATE publications SET address = :b || '/' || year || '/' || unit || '/'"
        connection.execute(text(query), {"b": base})


def test_addresses_are_asked_over_the_net_where_the_pack_says_so(played, served):
    base, asked = served
    later = following(
        played.cycle(LAST + timedelta(days=40)), verify_own=False, fetch_public=True, base_url=base
    )
    moved_to(later, base)
    done, failed = perform(later, "verify")
    assert not failed
    assert len(done) == len(asked) == 5
    assert {row["结果"] for row in history(later)[-5:]} == {"正常"}


def test_where_the_site_is_sent_elsewhere_that_is_looked_at(played, tmp_path):
    settings = replace(played.settings, publish_to=str(tmp_path / "www"))
    cycle = replace(played.cycle(LAST + timedelta(days=40)), settings=settings)
    perform(cycle, "site")
    (tmp_path / "www" / "2023" / YUNLING / "index.html").unlink()
    perform(cycle, "verify")
    found = {row["单位代码"]: row["结果"] for row in history(cycle)[-5:]}
    assert found.pop(YUNLING) == "打不开"
    assert set(found.values()) == {"正常"}
