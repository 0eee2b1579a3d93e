"""What the shop does with people's data, read from how it is set up: what the papers that a law asks for say."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from regulars import records
from regulars.app import clock
from regulars.app._shop import Shop
from regulars.app.models import AuditEvent, HandedOver, Identifier, Person, Survey
from regulars.app.privacy import audit, duties, retention
from regulars.app.publication.current import current


@dataclass(frozen=True, slots=True, kw_only=True)
class Processing:
    """The facts: nothing here is a judgement, and nothing names a customer."""

    business: str
    zone: str
    people: int
    fields: dict[str, int]
    kinds: dict[str, int]
    default_profiling: bool
    default_marketing: bool
    default_sharing: bool
    plays: tuple[str, ...]
    channels: tuple[str, ...]
    retention_months: int | None
    retention_of_kinds: dict[str, int]
    surveys: int
    users: int
    exports: int
    restricted: int
    erased: int
    log: audit.Verdict
    as_of: str
    has_forecast: bool


def processing(shop: Shop) -> Processing:
    """Return how the shop is set up today."""
    settings = clock.shop_settings()
    fields = Identifier.objects.values_list("field", "person_id").distinct()
    counts: dict[str, int] = {}
    for field, _ in fields.iterator():
        counts[field] = counts.get(field, 0) + 1
    kinds: dict[str, int] = {}
    for batch in records.Batches(shop.workspace).live():
        for file in batch.files:
            kinds[file.kind] = kinds.get(file.kind, 0) + file.accepted
    result = current(shop)
    manifest: dict[str, Any] = {} if result is None else result.manifest
    plays = settings.strategy.plays
    return Processing(
        business=settings.business.name,
        zone=settings.business.time_zone,
        people=Person.objects.count(),
        fields=dict(sorted(counts.items())),
        kinds=dict(sorted(kinds.items())),
        default_profiling=settings.consent.profiling,
        default_marketing=settings.consent.marketing,
        default_sharing=settings.consent.sharing,
        plays=tuple(play.code for play in plays),
        channels=tuple(dict.fromkeys(channel for play in plays for channel in play.channels)),
        retention_months=duties.retention_months(),
        retention_of_kinds=retention.months_of_kinds(),
        surveys=Survey.objects.filter(is_open=True).count(),
        users=User.objects.filter(is_active=True).count(),
        exports=HandedOver.objects.count() + AuditEvent.objects.filter(what="access").count(),
        restricted=Person.objects.filter(restricted=True).count(),
        erased=AuditEvent.objects.filter(what="erased").count(),
        log=audit.verify(),
        as_of=str(manifest.get("as_of", "")),
        has_forecast=(result.folder / "forecast.json").exists() if result is not None else False,
    )
