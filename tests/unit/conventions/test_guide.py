import re

from etl.model.convention import Convention, Delays, Period, Version
from etl.model.convention_set import DEFAULT, contents_of, read_set, set_errors

GUIDE = (DEFAULT / "LISEZMOI.md").read_text(encoding="utf-8")
NEW, AMENDMENT = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)


def test_the_default_set_is_right_and_says_that_its_amounts_are_examples():
    conventions = read_set(contents_of(DEFAULT))
    assert list(conventions.conventions) == ["AMF", "CALAE", "ENSEIGNE", "SPORT"]
    assert conventions.common.exemple
    assert all(convention.exemple for convention in conventions.conventions.values())


def test_the_convention_of_the_guide_can_be_added_as_it_stands():
    assert set_errors({**contents_of(DEFAULT), "mutuelle.yaml": NEW.encode()}) == []


def test_the_amendment_of_the_guide_does_what_the_guide_says():
    conventions = read_set({**contents_of(DEFAULT), "mutuelle.yaml": (NEW + AMENDMENT).encode()})
    amendment = conventions.conventions["MUTUELLE"].versions[-1]
    assert amendment.prestations["JUR"].montant == 5000
    assert [(uplift.code, uplift.taux) for uplift in amendment.majorations] == [("OM", 0)]


def test_the_message_of_the_guide_is_the_one_that_is_given():
    (message,) = re.findall(r"```text\n(.*?)\n```", GUIDE, re.DOTALL)
    wrong = NEW.replace('"48.00"', "48.00").encode()
    assert set_errors({**contents_of(DEFAULT), "mutuelle.yaml": wrong}) == [message]


def test_the_guide_names_every_key():
    keys = [*Convention.model_fields, *Version.model_fields, *Delays.model_fields, *Period.model_fields]
    assert [key for key in keys if key not in GUIDE] == []
