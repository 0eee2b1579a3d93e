"""From what the records say of people to one id a person: the step between the crosswalk and the clean tables."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from regulars.core import Settings
from regulars.customers._crosswalk import remember_known, remember_profiles
from regulars.customers._identity import IDENTITY_SCHEMA, HashedIdentities, each_once, read_identities
from regulars.customers._matching import Matching, known_of, match
from regulars.customers._merges import decisions, learned_model, read_persons
from regulars.customers._told_apart import facts_told_apart
from regulars.engines import Engine


def match_identities(engine: Engine, *, identities: HashedIdentities, settings: Settings, seed: int) -> Matching:
    """Write `persons` from everything the workspace and these records know of people; see `match`.

    Run it between the crosswalk and everything that reads customer ids: `clean` does.

    Args:
        engine: holds `raw_profiles`, `crosswalk`, `key_names` and `told_apart`.
        identities: takes the direct identifiers of the profiles, and knows those of earlier runs.
        settings: how to match.
        seed: of the pairs drawn at random to learn from.
    """
    remember_profiles(engine, identities)
    remember_known(engine, identities)
    facts, of_several = facts_told_apart(engine, identities)
    known = known_of(
        facts,
        hashed=identities.hashed,
        decisions=decisions(identities.folder),
        model=learned_model(identities.folder),
        settings=settings,
        of_several=of_several,
    )
    return match(engine, known, settings=settings, seed=seed)


def read_facts_of_persons(folder: Path) -> pa.Table:
    """Return what a workspace knows of each person (customer_id, field, value), in order, under the person's one id.

    Raises:
        WorkspaceUnreadable: the folder is no workspace, or its identities are something else.
    """
    facts, persons = read_identities(folder), read_persons(folder)
    places = pc.index_in(facts.column("customer_id"), value_set=persons.column("customer_id").combine_chunks())
    persons_of = pc.coalesce(persons.column("person_id").take(places), facts.column("customer_id"))
    of_persons = facts.set_column(0, IDENTITY_SCHEMA.field(0), persons_of)
    return each_once(of_persons)
