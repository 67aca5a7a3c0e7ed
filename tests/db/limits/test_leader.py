"""Which executor does what one at a time should."""

from sqlalchemy.orm import Session

from db.limits.leader import acquire_leadership, schedule_next_round


def test_one_of_many_executors_leads_until_the_task_is_due_again(
    session: Session,
) -> None:
    assert [acquire_leadership(session, "prefect", 60) for _ in range(3)] == [True, False, False]
    assert acquire_leadership(session, "another", 0)
    session.commit()
    assert acquire_leadership(session, "another", 0)  # who had it is dead or stopped
    schedule_next_round(session, "prefect", 60)
    assert not acquire_leadership(session, "prefect", 60)
    schedule_next_round(session, "prefect", 0)
    assert acquire_leadership(session, "prefect", 60)
