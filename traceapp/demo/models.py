"""The table of the demo itself: one row, present where the demo is loaded."""

from datetime import date

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from traceapp.database.engine import Base
from traceapp.database.types import Moment


class DemoLoad(Base):
    """Which day the loaded demo plays on, and when it was loaded. One row or none."""

    __tablename__ = "demo_load"

    single: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    t_date: Mapped[date]
    loaded_at: Mapped[Moment]

    __table_args__ = (CheckConstraint("single = 1", name="one_row"),)
