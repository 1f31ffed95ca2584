"""What a year's policy pack says, apart from its forms and scoring parameters.

A pack is a folder ``config/<year>/``. Everything that changes from year to year or from place
to place is here; the code only interprets it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field, field_validator, model_validator

from jixiao.findings import Severity
from jixiao.forms import Mistake, Mistakes, Model, refuse, twice


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


class Site(Model):
    """Where reports are published and what of them is public."""

    base_url: str = Field(description="公开网址的前缀，末尾不带斜杠")
    title: str
    show_findings: bool = Field(False, description="公开页是否显示审核发现的问题")
    show_contact: bool = Field(False, description="公开页是否显示联系人姓名")

    @field_validator("base_url")
    @classmethod
    def _is_prefix(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")) or value.endswith("/"):
            raise ValueError("应以 http:// 或 https:// 开头，末尾不带斜杠")
        return value


class PackInfo(Model):
    """pack.yaml: identity of the pack."""

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

    ``remind`` are offsets in days from the closing date: negative before, positive after.
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


class Calendar(Model):
    """calendar.yaml: the windows of a year."""

    timezone: Literal["Asia/Shanghai"] = "Asia/Shanghai"
    windows: dict[Stage, Window]

    @model_validator(mode="after")
    def _complete(self) -> Calendar:
        missing = [s.chinese for s in Stage if s not in self.windows]
        if missing:
            raise Mistakes([(("windows",), f"缺少阶段：{'、'.join(missing)}")])
        return self

    def window(self, stage: Stage) -> Window:
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


class RulesPolicy(Model):
    """rules.yaml."""

    settings: dict[str, RuleSetting] = Field(default_factory=dict)

    def setting(self, code: str) -> RuleSetting:
        return self.settings.get(code, RuleSetting())


class Project(Model):
    """A project on the approved list.

    ``parent`` names the umbrella project that contains this one: their money is never added.
    """

    name: str
    parent: str | None = None
    supervisor: str = ""
    implementer: str = ""
    aliases: tuple[str, ...] = ()


class Department(Model):
    """A budget department on the roster."""

    code: str = Field(description="18 位统一社会信用代码")
    name: str
    aliases: tuple[str, ...] = ()
    competent: str | None = Field(None, description="主管部门的代码")
    contact: str = ""
    phone: str = ""
    channels: tuple[str, ...] = Field((), description="通知渠道名，见 channels.yaml")
    projects: tuple[Project, ...] = ()


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

    The address is a secret: the pack names the environment variable that holds it.
    """

    title: str
    url_env: str = Field(description="存放 Apprise 地址的环境变量名")
    format: Literal["text", "markdown"] = "text"


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
    channels: dict[str, Channel]

    @model_validator(mode="after")
    def _known(self) -> Channels:
        refuse(
            ((key, index), f"没有定义通知渠道“{name}”")
            for key, names in (("bureau", self.bureau), ("operators", self.operators))
            for index, name in enumerate(names)
            if name not in self.channels
        )
        return self
