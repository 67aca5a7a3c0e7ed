"""The table of what one executor at a time does for all."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, text_length


class LeaderTask(Base):
    """When a chore is to be begun next."""

    __tablename__ = "chores"
    __table_args__ = (text_length("name", 64),)

    name: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
