"""What a year's policy pack says, apart from its forms and scoring parameters.

A pack is a folder ``config/<year>/``. Everything that changes from year to year or from place
to place is here; the code only interprets it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    field_validator,
    model_validator,
)
from pydantic.dataclasses import dataclass

from jixiao.model.findings import Severity
from jixiao.model.forms import Mistake, Mistakes, Model, refuse, twice


class Stage(StrEnum):
    """The stages of a year, in order."""

    TARGETS = "targets"
    ISSUE = "issue"
    SUBMIT = "submit"
    REVIEW = "review"
    PUBLISH = "publish"

    @property
    def chinese(self) -> str:
        return {
            "targets": "绩效目标申报与批复",
            "issue": "下达",
            "submit": "报送",
            "review": "审核",
            "publish": "公开",
        }[self.value]


#: The stages every pack names. One of a later program is not added here: where a pack does not
#: name it, it is off.
ALWAYS = (Stage.TARGETS, Stage.ISSUE, Stage.SUBMIT, Stage.REVIEW, Stage.PUBLISH)


class Source(Model):
    """A document a parameter or a rule stands on.

    ``confidence``: S seen in a published form or system, K general knowledge of the regulation.
    """

    title: str
    confidence: Literal["S", "K"] = "S"


class Bureau(Model):
    """The finance bureau that runs the year."""

    name: str
    office: str = "绩效股"
    contact: str = Field("", description="联系人或岗位")
    phone: str = Field("", description="办公电话，印在模板封面和通知里")
    guide_url: str = Field(
        "", description="填报指南的网址，印在模板封面和通知里；不填则用随工作簿下发的那一份"
    )


class Site(Model):
    """Where reports are published and what of them is public."""

    base_url: str = Field(description="公开网址的前缀，末尾不带斜杠")
    title: str
    show_findings: bool = Field(False, description="公开页是否显示审核发现的问题")
    show_contact: bool = Field(False, description="公开页是否显示联系人姓名")
    show_spread: bool = Field(False, description="公开页是否显示与全县各单位得分的比较")
    formats: tuple[Literal["docx", "pdf"], ...] = Field(
        ("docx", "pdf"), description="公开页提供下载的文件格式"
    )
    fetch_public: bool = Field(
        False, description="核验时是否按公开网址上网去取；不填则只核对发布的文件"
    )
    verify_own: bool = Field(False, description="是否核验单位在附件8里填报的自己网站的网址")
    own_hosts: tuple[str, ...] = Field(
        (), description="只核验这些主机及其子域名上的单位网址；不填则不限"
    )

    @field_validator("base_url")
    @classmethod
    def _is_prefix(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")) or value.endswith("/"):
            raise ValueError("应以 http:// 或 https:// 开头，末尾不带斜杠")
        return value


class PackInfo(Model):
    """pack.yaml: identity of the pack."""

    # Not dumped: the site, whose key is the dump, is not made anew for it.
    format: int = Field(
        1, ge=1, exclude=True, description="政策包的格式，不填则为 1；较早的格式由程序自动换算"
    )
    year: int = Field(description="被评价的预算年度")
    version: str
    bureau: Bureau
    site: Site
    forms: tuple[str, ...] = Field(description="本年度的表，按下达顺序")
    sources: dict[str, Source] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _forms_once(self) -> PackInfo:
        refuse(twice(self.forms, ("forms",), "", "表"))
        return self


class Window(Model):
    """When a stage is open. Both days belong to the window; all dates are Asia/Shanghai.

    ``remind`` are offsets from the closing date in the days the calendar counts in
    (``Calendar.remind_in``): negative before, positive after, 0 on the closing date itself.
    """

    opens: date
    closes: date
    remind: tuple[int, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Window:
        if self.closes < self.opens:
            text = f"截止日 {self.closes} 早于开始日 {self.opens}"
            raise Mistakes([(("closes",), text)])
        return self


def _clock(value: object) -> object:
    """``20:00`` as written; anything else (a bare number is no time of day) is a mistake."""
    if isinstance(value, time):
        return value
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"“{value}”不是钟点，应写作 20:00")
    return time(int(found[1]), int(found[2]))


Clock = Annotated[time, BeforeValidator(_clock)]


class Quiet(Model):
    """The hours in which nobody is written to, Asia/Shanghai; they may go over midnight."""

    start: Clock = Field(description="从几点起不打扰，写作 20:00")
    end: Clock = Field(description="到几点为止，写作 08:00")


class Calendar(Model):
    """calendar.yaml: the windows of a year and the days that count."""

    timezone: Literal["Asia/Shanghai"] = "Asia/Shanghai"
    windows: dict[Stage, Window]
    remind_in: Literal["working_days", "days"] = Field(
        "working_days", description="提醒日按工作日还是按自然日推算"
    )
    announce: int = Field(
        5, ge=0, le=60, description="各阶段开始前几个工作日告诉财政局，并列出通知不到的单位"
    )
    holidays: tuple[date, ...] = Field((), description="另外的休息日，优先于法定节假日")
    workdays: tuple[date, ...] = Field((), description="另外的工作日，优先于法定节假日")
    quiet: Quiet | None = Field(None, description="不发通知的时段")

    @model_validator(mode="after")
    def _complete(self) -> Calendar:
        missing = [s.chinese for s in ALWAYS if s not in self.windows]
        if missing:
            raise Mistakes([(("windows",), f"缺少阶段：{'、'.join(missing)}")])
        refuse(
            (("workdays", index), f"{day} 又是休息日又是工作日")
            for index, day in enumerate(self.workdays)
            if day in self.holidays
        )
        return self

    def window(self, stage: Stage) -> Window:
        """When it is open; only a stage of ``ALWAYS`` may be asked for without looking first."""
        return self.windows[stage]

    @property
    def span(self) -> tuple[date, date]:
        """First and last day of the year's work."""
        return (
            min(w.opens for w in self.windows.values()),
            max(w.closes for w in self.windows.values()),
        )


class RuleSetting(Model):
    """How the year treats one rule; what is left out keeps the rule's default."""

    enabled: bool = True
    severity: Severity | None = None
    params: dict[str, str] = Field(default_factory=dict, description="该规则的参数，如允许误差")


_AS_WRITTEN = RuleSetting()


class WrittenRule(Model):
    """A rule the bureau wrote itself: two expressions over named fields that are compared."""

    code: str = Field(pattern=r"^X\d{2}$", description="规则代码，X01、X02……，停用后不再给别的规则")
    title: str = Field(min_length=1, description="规则名称")
    why: str = Field("", description="为什么有这条规则，或依据的文件")
    left: str = Field(description="左边的算式，字段写作 表.表段.行.列")
    operator: Literal["==", "<=", ">=", "<", ">"]
    right: str = Field(description="右边的算式")
    tolerance: Decimal = Field(Decimal(0), ge=0, description="允许的误差")
    missing: Literal["skip", "zero", "error"] = Field(
        "skip", description="有空格时：skip 不检查，zero 当作 0，error 报出来"
    )
    message: str = Field("", description="问题的说法，可用 {left} {right} {difference} {project}")
    severity: Severity = Severity.WARNING
    remedy: str = Field(min_length=1, description="怎么改")
    enabled: bool = True


class RulesPolicy(Model):
    """rules.yaml: settings of the catalogue's rules, and the bureau's own rules."""

    settings: dict[str, RuleSetting] = Field(default_factory=dict)
    written: tuple[WrittenRule, ...] = Field((), description="本级自定的规则")

    @model_validator(mode="after")
    def _codes_once(self) -> RulesPolicy:
        refuse(twice((r.code for r in self.written), ("written",), "code", "规则代码"))
        return self

    def setting(self, code: str) -> RuleSetting:
        return self.settings.get(code, _AS_WRITTEN)


# What a roster has thousands of is kept in slots: every process holds the whole roster, and as
# models a province's 10,000 departments with their projects take 30 MB more.
_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Project:
    """A project on the approved list.

    ``parent`` names the umbrella project that contains this one: their money is never added.
    """

    name: str
    former: tuple[str, ...] = Field((), description="以前年度的名称")
    parent: str | None = None
    supervisor: str = ""
    implementer: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Former:
    """A unit that a department was called before, or that was merged into it."""

    name: str = Field(description="原单位名称")
    code: str = Field("", description="原单位代码，没有变的不填")
    year: int = Field(description="原单位最后报送的预算年度")
    until: date | None = Field(None, description="撤并或更名的日期")


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Department:
    """A budget department on the roster."""

    code: str = Field(description="18 位统一社会信用代码")
    name: str
    aliases: tuple[str, ...] = ()
    competent: str | None = Field(None, description="主管部门的代码")
    contact: str = ""
    phone: str = ""
    channels: tuple[str, ...] = Field((), description="通知渠道名，见 channels.yaml")
    projects: tuple[Project, ...] = ()
    former: tuple[Former, ...] = Field((), description="更名、合并前的单位")

    def to_json(self) -> str:
        """Everything the roster says of it; what is made from that has it in its key."""
        return _DEPARTMENT.dump_json(self).decode()


_DEPARTMENT = TypeAdapter(Department)


class Roster(Model):
    """departments.yaml."""

    departments: tuple[Department, ...]

    @model_validator(mode="after")
    def _sound(self) -> Roster:
        refuse(self._mistakes())
        return self

    def _mistakes(self) -> Iterator[Mistake]:
        yield from twice((d.code for d in self.departments), ("departments",), "code", "单位代码")
        for index, department in enumerate(self.departments):
            path = ("departments", index, "projects")
            names = [p.name for p in department.projects]
            yield from twice(names, path, "name", "项目")
            for place, project in enumerate(department.projects):
                if project.parent == project.name:
                    yield (*path, place, "parent"), f"项目“{project.name}”不能属于自己"
                elif project.parent is not None and project.parent not in names:
                    yield (
                        (*path, place, "parent"),
                        f"{department.name}的项目“{project.name}”所属的“{project.parent}”不在项目清单里",
                    )


class Channel(Model):
    """One way to reach people, by an Apprise address kept outside the pack.

    The address is a secret: the pack names the variable that holds it, in the environment or
    in the secrets file.
    """

    title: str
    url_env: str = Field(description="存放 Apprise 地址的环境变量名")
    format: Literal["text", "markdown"] = "text"
    max_per_minute: int | None = Field(
        None, ge=1, description="每分钟最多几条；不填则按该服务公布的限度，自建接口不限"
    )
    workers: int = Field(4, ge=1, le=32, description="同时发几条")


class Escalate(Model):
    """Whom to tell when reminding does not help."""

    after: int = Field(ge=1, description="同一阶段提醒几次仍未报的，告诉下列渠道")
    to: tuple[str, ...] = Field(min_length=1, description="负责人的通知渠道名")


class Channels(Model):
    """channels.yaml. ``schemas`` is the allow-list of Apprise schemas."""

    schemas: tuple[str, ...] = (
        "json",
        "jsons",
        "form",
        "forms",
        "dingtalk",
        "wecombot",
        "feishu",
        "lark",
    )
    bureau: tuple[str, ...] = Field((), description="财政局自己的通知渠道")
    operators: tuple[str, ...] = Field((), description="运维人员的通知渠道")
    escalate: Escalate | None = Field(None, description="多次提醒无效时告诉谁")
    digest_per_contact: bool = Field(True, description="一人负责多个单位的，同类通知并成一条")
    resend_unknown: bool = Field(
        False, description="不知是否送达的是否重发；重发的消息编号不变，收的一方可以据此识别"
    )
    hand_in: str = Field("交到财政部门指定的收件文件夹", description="通知里写的报送办法")
    channels: dict[str, Channel]

    @model_validator(mode="after")
    def _known(self) -> Channels:
        escalate = self.escalate.to if self.escalate else ()
        named: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
            (("bureau",), self.bureau),
            (("operators",), self.operators),
            (("escalate", "to"), escalate),
        )
        refuse(
            ((*keys, index), f"没有定义通知渠道“{name}”")
            for keys, names in named
            for index, name in enumerate(names)
            if name not in self.channels
        )
        return self
