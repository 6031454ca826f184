from hypothesis import given
from hypothesis import strategies as st

from dogwalk.domain.geo import coarse_point, haversine_m


@given(st.floats(-70, 70), st.floats(-179, 179))
def test_a_coarse_point_is_near_but_tells_no_home(lat: float, lon: float) -> None:
    coarse = coarse_point(lat, lon, grid_m=500)
    assert haversine_m(lat, lon, *coarse) <= 400


def test_two_homes_of_one_block_have_one_coarse_point() -> None:
    assert coarse_point(40.78120, -73.96650, grid_m=500) == coarse_point(40.78125, -73.96655, grid_m=500)
