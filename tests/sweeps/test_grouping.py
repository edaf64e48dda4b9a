"""Batches contain runs of equal shape."""

from latebloom.sweeps.grouping import BATCH, BATCH_STEPS, batches, by_shape, shape


def test_seeds_rate_decay_and_data_fraction_do_not_change_the_shape(jobs) -> None:
    (plain,), (other,) = jobs([0]), jobs([9], optimiser__lr=3e-3, optimiser__weight_decay=0.1, data__fraction=0.3)
    assert shape(plain.experiment) == shape(other.experiment)
    for change in ({"task__p": 7}, {"model__d_mlp": 8}, {"optimiser__warmup": 0}, {"steps": 30}):
        assert shape(jobs([0], **change)[0].experiment) != shape(plain.experiment)


def test_batches_keep_shapes_apart_and_runs_in_order(jobs) -> None:
    mixed = [job for pair in zip(jobs(range(40)), jobs(range(40), task__p=7)) for job in pair]
    made = batches(mixed, 1)
    assert max(len(batch.jobs) for batch in made) == BATCH
    assert all(len(by_shape(batch.jobs)) == 1 for batch in made)
    assert [job for batch in made for job in batch.jobs] == [job for group in by_shape(mixed) for job in group]


def test_few_runs_are_split_between_workers(jobs) -> None:
    assert [len(batch.jobs) for batch in batches(jobs(range(3)), 2)] == [1, 1, 1]
    assert [len(batch.jobs) for batch in batches(jobs(range(16)), 2)] == [2] * 8
    assert batches([], 2) == []


def test_a_long_run_is_a_batch_of_its_own_unless_a_gpu_trains_several_as_one(jobs) -> None:
    long = jobs(range(16), steps=BATCH_STEPS)
    assert [len(batch.jobs) for batch in batches(long, 1)] == [1] * 16
    assert [len(batch.jobs) for batch in batches(jobs(range(16), steps=BATCH_STEPS, training__device="cuda"), 1)] == [
        4
    ] * 4
