"""A stimulus bundle the server has taken in."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from study_server.models.base import Base, UtcDateTime


class ImportedBundle(Base):
    """Its images lie in the server's bundles folder, checked at import."""

    __tablename__ = "imported_bundle"

    bundle_id: Mapped[str] = mapped_column(primary_key=True)
    manifest_sha256: Mapped[str]
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)
