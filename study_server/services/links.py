"""Personal links: made, listed, used and revoked. No Flask."""

from collections.abc import Sequence
from datetime import datetime
from random import Random
from typing import NamedTuple

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from study_server.errors import LinkError
from study_server.links import personal_path
from study_server.models import PersonalLink
from study_server.services.secrets import hash_token, new_id
from study_server.services.studies import get_study

MAX_LINKS = 10_000
"""At a time."""


class NewLink(NamedTuple):
    """A link, told this once."""

    label: str
    path: str
    """Below the server's address; it carries the secret."""


def make_links(
    db: Session,
    study_id: str,
    labels: Sequence[str],
    *,
    max_uses: int | None,
    created_at: datetime,
    rng: Random,
) -> list[NewLink]:
    """One link for each label.

    Args:
        labels: the researcher's own names for them.
        max_uses: sessions that each may begin. None: any number.
        rng: source of the secrets; unpredictable outside tests.

    Raises:
        StudyNotFoundError: there is no such study.
        LinkError: no label, too many, or no use allowed.
    """
    get_study(db, study_id)
    if not 1 <= len(labels) <= MAX_LINKS:
        raise LinkError(f"make 1 to {MAX_LINKS} links at a time; got {len(labels)}")
    if max_uses is not None and max_uses < 1:
        raise LinkError(f"a link is used at least once; got {max_uses} uses")
    made = []
    for label in labels:
        token = new_id(rng)
        db.add(
            PersonalLink(
                study_id=study_id,
                token_sha256=hash_token(token),
                label=label,
                max_uses=max_uses,
                created_at=created_at,
            )
        )
        made.append(NewLink(label, personal_path(study_id, token)))
    db.flush()
    return made


def list_links(db: Session, study_id: str) -> list[PersonalLink]:
    """All links of a study, oldest first; their secrets are known to nobody."""
    get_study(db, study_id)
    query = select(PersonalLink).where(PersonalLink.study_id == study_id)
    return list(db.scalars(query.order_by(PersonalLink.id)))


def revoke_link(
    db: Session, study_id: str, link_id: int, *, revoked_at: datetime
) -> PersonalLink:
    """Let nobody else begin by a link; who has begun goes on.

    Raises:
        LinkError: the study has no such link.
    """
    link = db.get(PersonalLink, link_id)
    if link is None or link.study_id != study_id:
        raise LinkError(
            f"study {study_id!r} has no link {link_id}; "
            f"`study-server links list {study_id}` shows them"
        )
    link.revoked_at = link.revoked_at or revoked_at
    db.flush()
    return link


def find_link(db: Session, study_id: str, token: str | None) -> PersonalLink | None:
    """The link of this secret, also one that is used up or revoked."""
    if token is None:
        return None
    query = select(PersonalLink).where(
        PersonalLink.study_id == study_id,
        PersonalLink.token_sha256 == hash_token(token),
    )
    return db.scalars(query).one_or_none()


def can_begin(link: PersonalLink) -> bool:
    """Whether a session more may begin by the link."""
    is_left = link.max_uses is None or link.n_uses < link.max_uses
    return link.revoked_at is None and is_left


def use_link(db: Session, link: PersonalLink) -> None:
    """Count a session that begins by the link; the database decides who is too late.

    Raises:
        LinkError: it is used up or revoked.
    """
    used = db.execute(
        update(PersonalLink)
        .where(
            PersonalLink.id == link.id,
            PersonalLink.revoked_at.is_(None),
            or_(
                PersonalLink.max_uses.is_(None),
                PersonalLink.n_uses < PersonalLink.max_uses,
            ),
        )
        .values(n_uses=PersonalLink.n_uses + 1)
        .returning(PersonalLink.id)
    )
    if used.scalar() is None:
        raise LinkError(f"the link {link.label!r} was used up or revoked")
