"""The Prefect deployments that a configuration asks for, as `prefect.yaml` holds them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from crawlers.sites import STREAMS
from flows.settings import Config
from flows.sources import site_of

Pool = Literal["process", "docker", "kubernetes"]
TAG = "ryktesvakt"
"""On every flow whose failure operations are told of; not on the telling itself."""
ANCHOR = "2026-01-05T00:{minute:02d}:00+01:00"
"""Sources with the same interval begin some minutes after each other."""
SPREAD_MINUTES = 7
PASS_HOURS = 3
SILENT_HOURS = 3 * PASS_HOURS
HEAD = """\
# Scheduled deployments. Written by `ryktesvakt deployments`; written anew after sources have changed.
# From the project's folder, with `prefect server start` running (or PREFECT_API_URL set):
#   prefect work-pool create {pool} --type {kind}
#   prefect deploy --all
#   prefect worker start --pool {pool}
"""
ONE_AT_A_TIME = {"limit": 1, "collision_strategy": "ENQUEUE"}


def prefect_file(
    config: Config, *, config_file: Path | None = None, pool: Pool = "process", image: str | None = None
) -> str:
    """Return the text of `prefect.yaml`. `image` is what docker and kubernetes pools run."""
    import yaml  # type: ignore[import-untyped]

    values = {"name": TAG, "deployments": deployments(config, config_file=config_file, pool=pool, image=image)}
    # Through JSON, so that what two deployments share is written out in both.
    text = yaml.safe_dump(json.loads(json.dumps(values)), sort_keys=False, allow_unicode=True, width=118)
    return HEAD.format(pool=pool_name(pool), kind=pool) + str(text)


def pool_name(pool: Pool) -> str:
    """Return the name of the work pool of a kind."""
    return "local" if pool == "process" else pool


def deployments(
    config: Config, *, config_file: Path | None = None, pool: Pool = "process", image: str | None = None
) -> list[dict[str, Any]]:
    """Return the deployments: each source's crawl, the passes, the keeping of the house, the telling."""
    given = {"config_file": str(config_file)} if config_file else {}
    runs_in = {"work_pool": _work_pool(pool, image)}
    found = [*_passes(config), *_crawls(config), *_house(config), *_telling()]
    return [
        {**about, "parameters": {**about.get("parameters", {}), **given}, **runs_in, **_order(about)} for about in found
    ]


def _order(about: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands last of a deployment, for a person who reads the file."""
    return {name: about[name] for name in ("concurrency_limit", "schedules", "triggers") if name in about}


def _work_pool(pool: Pool, image: str | None) -> dict[str, Any]:
    if pool == "process":
        return {"name": "local"}
    variables: dict[str, Any] = {"image": image or "ryktesvakt:latest"}
    if pool == "docker":
        variables |= {"volumes": ["ryktesvakt-data:/data"], "auto_remove": True, "image_pull_policy": "IfNotPresent"}
    else:
        variables |= {"namespace": TAG, "service_account_name": TAG, "finished_job_ttl": 3600}
    return {"name": pool, "job_variables": variables}


def _passes(config: Config) -> list[dict[str, Any]]:
    hour, minute = config.delivery.digest_at.split(":")
    shared = {"entrypoint": "flows/daily.py:daily", "tags": [TAG, "pass"], "concurrency_limit": dict(ONE_AT_A_TIME)}
    zone = config.delivery.timezone
    return [
        {
            "name": "morning",
            "description": "The pass before breakfast: sources that are due, then the day's digest.",
            **shared,
            "parameters": {"write_digest": True, "sources": "due"},
            "schedules": [{"cron": f"{int(minute)} {int(hour)} * * *", "timezone": zone}],
        },
        {
            "name": "every-three-hours",
            "description": "The passes of the day: an alarm must not wait for the morning.",
            **shared,
            "parameters": {"write_digest": False, "sources": "due"},
            "schedules": [{"cron": f"0 {_hours(int(hour))} * * *", "timezone": zone}],
        },
        {
            "name": "after-crawl",
            "description": "Load, annotate and watch what a crawl has just landed.",
            **shared,
            "parameters": {"write_digest": False, "sources": "none"},
            "triggers": [
                {
                    "name": "after-crawl",
                    "expect": ["prefect.flow-run.Completed"],
                    "match_related": {"prefect.resource.id": "prefect.tag.crawl", "prefect.resource.role": "tag"},
                    "threshold": 1,
                    "within": 0,
                }
            ],
        },
    ]


def _hours(digest_hour: int) -> str:
    """Return the hours of the passes without a digest: not the one in which the morning's comes."""
    return ",".join(str(hour) for hour in range(0, 24, PASS_HOURS) if hour != digest_hour)


def _crawls(config: Config) -> list[dict[str, Any]]:
    found = []
    sites = [site_of(source, config) for source in config.source if source.enabled]
    for number, site in enumerate(site for site in sites if site.engine not in STREAMS):
        anchor = ANCHOR.format(minute=number * SPREAD_MINUTES % 60)
        found.append(
            {
                "name": site.name,
                "description": f"Crawl {site.name} into a landing file.",
                "entrypoint": "flows/scheduled.py:crawl",
                "tags": [TAG, "crawl"],
                "parameters": {"source": site.name},
                "concurrency_limit": dict(ONE_AT_A_TIME),
                "schedules": [
                    {
                        "interval": round(site.interval_hours * 3600),
                        "anchor_date": anchor,
                        "timezone": config.delivery.timezone,
                    }
                ],
            }
        )
    return found


def _house(config: Config) -> list[dict[str, Any]]:
    zone = config.delivery.timezone
    jobs = [
        ("sweep", "weekly", "40 2 * * 0", "Read every source at a quiet hour, with the threads due for it whole."),
        ("retention", "nightly", "50 3 * * *", "Let go of what has been kept long enough."),
    ]
    if config.backup.folder:
        jobs.append(("backup", "nightly", "20 4 * * *", "Write a backup, and let go of the oldest."))
    shared = {"tags": [TAG], "concurrency_limit": dict(ONE_AT_A_TIME)}
    by_hand = [
        ("backfill", "Read again what was seen in a time, also from the archived pages; give since and until."),
        ("as_of", "Watch and write the digest as of a past moment, in a folder of its own; give at and out."),
    ]
    return [
        {
            "name": name,
            "description": description,
            "entrypoint": f"flows/scheduled.py:{flow}",
            **shared,
            "schedules": [{"cron": cron, "timezone": zone}],
        }
        for flow, name, cron, description in jobs
    ] + [
        {"name": "by-hand", "description": description, "entrypoint": f"flows/scheduled.py:{flow}", **shared}
        for flow, description in by_hand
    ]


def _telling() -> list[dict[str, Any]]:
    of_ours = {"prefect.resource.id": f"prefect.tag.{TAG}", "prefect.resource.role": "tag"}
    of_passes = {"prefect.resource.id": "prefect.tag.pass", "prefect.resource.role": "tag"}
    # A run's name and state are Prefect's own words: what a post says is in neither.
    what = {"template": "{{ flow.name }}/{{ flow_run.name }}: {{ flow_run.state_name }}", "__prefect_kind": "jinja"}
    triggers: dict[str, tuple[str, dict[str, Any], Any]] = {
        "failure": (
            "Tell operations that a run failed or crashed.",
            {"expect": ["prefect.flow-run.Failed", "prefect.flow-run.Crashed"], "match_related": of_ours},
            what,
        ),
        "late": (
            "Tell operations that a run has not begun in time.",
            {"expect": ["prefect.flow-run.Late"], "match_related": of_ours},
            what,
        ),
        "silence": (
            f"Tell operations that no pass has ended well for {SILENT_HOURS} hours.",
            {
                "posture": "Proactive",
                "expect": ["prefect.flow-run.Completed"],
                "match_related": of_passes,
                "within": SILENT_HOURS * 3600,
            },
            f"no pass has ended well for {SILENT_HOURS} hours",
        ),
    }
    return [
        {
            "name": kind,
            "description": description,
            "entrypoint": "flows/scheduled.py:tell",
            "parameters": {"kind": kind, "what": KIND_WORDS[kind]},
            "triggers": [
                {
                    "name": f"tell-{kind}",
                    "threshold": 1,
                    "within": 0,
                    **trigger,
                    "parameters": {"kind": kind, "what": said},
                }
            ],
        }
        for kind, (description, trigger, said) in triggers.items()
    ]


KIND_WORDS = {
    "failure": "a run failed",
    "late": "a run is late",
    "silence": "no pass has ended well for long",
}
