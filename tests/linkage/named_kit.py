"""The people of the named cases: who they are in each system, by the name of their case."""

from tests.linkage.population import UNLAWFUL_CSC, Council, nhs_number, upn

HOSTEL = "AA9 9AA"
LODGERS = [f"Lou Maple{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(400)]


def named_population(c: Council) -> dict[str, str | list[str]]:
    """Fill the council; the record ids of each case."""
    p: dict[str, str | list[str]] = {}
    p["nhs_h"] = c.housed("Ann Alder", "1990-02-03", nhs_number=nhs_number(1))
    p["nhs_a"] = c.adult("Annie Alder", "1990-02-03", nhs_number=nhs_number(1))
    p["swap_h"] = c.housed("Bea Birch", "2011-04-07", nhs_number=nhs_number(2))
    p["swap_c"] = c.child("Bea Birch", "2011-07-04", nhs_number=nhs_number(2))
    p["upn_h"] = c.housed("Cai Cedar", "2012-05-05")
    p["upn_c"] = c.child("Cai Cedar", "2012-05-05", upn=upn(3))
    p["upn_e"] = c.pupil("Cai Cedar-Ash", "2012-05-05", upn=upn(3))
    p["former_c"] = c.child("Dot Damson", "2013-05-05", upn=upn(4))
    p["former_e"] = c.pupil("Dot Damson", "2013-05-05", upn=upn(5), former_upn=upn(4))
    p["former_h"] = c.housed("Dot Damson", "2013-05-05")
    p["id_c"] = c.child("Eli Elm", "2014-01-02")
    p["id_h"] = c.housed("Elijah Elm", "2014-01-02", social_care_id=str(p["id_c"]))
    p["key_h"] = c.housed("Seán O’Farrell", "1985-06-07")
    p["key_a"] = c.adult("SEAN O FARRELL", "1985-06-07")
    p["code_h"] = c.housed("Fay Fig", None, "AA1 1AA")
    p["code_a"] = c.adult("Fay Fig", "1970-08-09", "AA1 1AA")
    p["close_h"] = c.housed("Gil Gorse", "1971-03-04", "AA1 1AB")
    p["close_a"] = c.adult("Gil Gorse", "1971-04-03", "AA1 1AB")
    p["two_h"] = c.housed("Hana Hazel", "2010-10-10")
    p["two_c1"] = c.child("Hana Hazel", "2010-10-10")
    p["two_c2"] = c.child("Hana Hazel", "2010-10-10")
    p["twin_h"] = c.housed("Mia Juniper", "2015-01-09", "AA1 1AD")
    p["twin_e"] = c.pupil("Mia-Rose Juniper", "2015-01-09", "AA1 1AD")
    p["father_h"] = c.housed("Jim Larch", None, "AA1 1AE", is_main_applicant="Y")
    p["son_e"] = c.pupil("Jim Larch", "2012-12-12", "AA1 1AE")
    p["father_dated"] = c.housed("Ken Lime", "1980-01-30", "AA1 1AF")
    p["son_dated"] = c.pupil("Ken Lime", "2012-12-12", "AA1 1AF")
    p["hostel_h"] = [c.housed(name, None, HOSTEL) for name in LODGERS]
    p["hostel_a"] = [c.adult(name, "1990-05-06", HOSTEL) for name in LODGERS]
    p["stranger_h"] = c.housed("Ali Oak", "1980-12-19", "AA1 1AG")
    p["stranger_a"] = c.adult("Ali Oak", "1980-12-19", "AA2 1AG")
    for year in range(1960, 1977):
        c.adult("Ali Oak", f"{year}-03-05")
    # the same common name, and a daughter who stands at both homes
    p["moved_h"] = c.housed("Ali Oak", "1984-05-06", "AA1 1AU")
    p["moved_a"] = c.adult("Ali Oak", "1984-05-06", "AA2 1AU")
    p["daughter_h"] = c.housed("Zara Oak", "2010-07-08", "AA1 1AU")
    p["daughter_e"] = c.pupil("Zara Oak", "2010-07-08", "AA2 1AU")
    # twins of one key of tier 3; of the second two, one may be called by the other's name
    for first, second in (("Jack", "Jacob"), ("Harry", "Harrison")):
        for name in (first, second):
            case = name.lower()
            p[f"{case}_h"] = c.housed(f"{name} Orchard", "2014-08-01", "AA1 1AW")
            p[f"{case}_e"] = c.pupil(f"{name} Orchard", "2014-08-01", "AA1 1AW")
    p["sibling_h"] = c.housed("Nia Pine", "2009-02-11", nhs_number=nhs_number(6))
    p["sibling_c"] = c.child("Owen Pine", "2005-09-20", nhs_number=nhs_number(6))
    p["own_c"] = c.child("Nia Pine", "2009-02-11", nhs_number=nhs_number(7))
    # her new number stands with social care, the one that it superseded with housing, and none with the school
    p["superseded_h"] = c.housed("Orla Pear", "2010-03-18", "AA1 1AK", nhs_number=nhs_number(19))
    p["superseded_c"] = c.child("Orla Pear", "2010-03-18", "AA1 1AK", nhs_number=nhs_number(20))
    p["superseded_e"] = c.pupil("Orla Pear", "2010-03-18", "AA1 1AK")
    p["cyrillic_h"] = c.housed("Иван Петров", "1999-09-09", "AA1 1AH")
    p["cyrillic_a"] = c.adult("Олег Сидоров", "1999-09-09", "AA1 1AH")
    p["one_script_h"] = c.housed("Иван Сидоров", "1999-09-10", "AA1 1AH")
    p["one_script_a"] = c.adult("Иван Сидоров", "1999-09-10", "AA1 1AH")
    p["greek_h"] = c.housed("Ελένη Παππά", "1999-09-11", "AA1 1AQ", nhs_number=nhs_number(21))
    p["greek_a"] = c.adult("Eleni Pappa", "1999-09-11", "AA1 1AQ", nhs_number=nhs_number(21))
    p["arabic_h"] = c.housed("فاطمة حسن", "1999-09-12", "AA1 1AR")
    p["arabic_a"] = c.adult("مريم حسن", "1999-09-12", "AA1 1AR")
    # no decomposition splits these letters, and another system has none of them
    p["barred_h"] = c.housed("Łukasz Weiß-Sørensen", "1999-09-13")
    p["barred_a"] = c.adult("Lukasz Weiss-Sorensen", "1999-09-13")
    # legal names alone make keys
    p["maiden_h"] = c.housed("Ros Pippin", "1992-03-04", "AA1 1AS")
    p["maiden_a"] = c.adult("Ros Queening", "1992-03-04", "AA1 1AS", former_last_name="Pippin")
    p["preferred_h"] = c.housed("Bobby Russet", "1992-03-05", "AA1 1AT")
    p["preferred_a"] = c.adult("Alan Russet", "1992-03-05", "AA1 1AT", preferred_first_name="Bobby")
    p["empty_h"] = c.housed(" ", "1998-08-08", "AA1 1AJ")
    p["empty_a"] = c.adult(" ", "1998-08-08", "AA1 1AJ")
    p["nameless_h"] = c.housed(" ", "1998-08-09", "AA1 1AJ", nhs_number=nhs_number(22))
    p["nameless_a"] = c.adult("Ode Peach", "1998-08-09", "AA1 1AJ", nhs_number=nhs_number(22))
    p["default_h"] = c.housed("Pat Quince", "1900-01-01")
    p["default_a"] = c.adult("Pat Quince", "1900-01-01")
    p["placeholder_h"] = c.housed("Pia Quillet", "1900-01-01", nhs_number=nhs_number(23))
    p["placeholder_a"] = c.adult("Pia Quillet", "1972-06-05", nhs_number=nhs_number(23))
    p["new_year_h"] = c.housed("Qadir Rowan", "1988-01-01", "AA1 1AL")
    p["new_year_a"] = c.adult("Qadir Rowan", "1988-01-01", "AA2 1AL")
    p["veto_h"] = c.housed("Ria Sorb", "1991-01-31", nhs_number=nhs_number(8))
    p["veto_a"] = c.adult("Ria Sorb", "1991-01-31", nhs_number=nhs_number(9))
    p["unlawful_h"] = c.housed("Sue Teak", "2008-03-03", nhs_number=nhs_number(10))
    p["unlawful_c"] = c.child("Suzanne Teak", "2008-03-03", nhs_number=nhs_number(10), partner=UNLAWFUL_CSC)
    p["no_veto_h"] = c.housed("Tom Upas", "2008-04-04", nhs_number=nhs_number(11))
    p["no_veto_c"] = c.child("Tom Upas", "2008-04-04", nhs_number=nhs_number(12), partner=UNLAWFUL_CSC)
    p["undo_h"] = c.housed("Una Viburnum", None, "AA1 1AN")
    c.placed(c.case_of(str(p["undo_h"])), "AA1 1AP", "2026-01-20")
    p["undo_c"] = c.child("Una Viburnum", "2007-02-02", "AA1 1AN", nhs_number=nhs_number(13))
    p["undo_e"] = c.pupil("Una Viburnum", "2007-02-20", "AA1 1AP", nhs_number=nhs_number(14))
    p["restricted_h"] = c.housed("Vic Willow", "2006-06-06")
    p["restricted_c"] = c.child("Vic Willow", "2006-06-06", restricted="Y")
    p["twice_h"] = c.housed("Wyn Yew", "1979-07-07", nhs_number=nhs_number(15))
    p["twice_t1"] = c.tenant("Wyn Yew", "1979-07-07", nhs_number=nhs_number(16))
    p["twice_t2"] = c.tenant("Wyn Yew", "1979-07-07", nhs_number=nhs_number(16))
    p["again_h"] = c.housed("Xan Zelkova", "1978-07-07")
    p["again_t1"] = c.tenant("Xan Zelkova", "1978-07-07", nhs_number=nhs_number(17))
    p["again_t2"] = c.tenant("Xan Zelkova", "1978-07-07", nhs_number=nhs_number(17))
    p["again_a"] = c.adult("Xan Zelkova", "1978-07-07")
    p["rows_h"] = c.housed("Zed Acer", "2011-11-11", education_id="E77777")
    p["rows_e"] = c.pupil("Zed Acer", "2011-11-11", person_id="E77777", laestab="9994001")
    c.pupil("Zed Acer", "2011-11-12", person_id="E77777", laestab="9994002")
    p["gone_h"] = c.housed("Bo Briar", "1969-06-06", placement_ended="2026-02-02")
    p["gone_a"] = c.adult("Bo Briar", "1969-06-06")
    p["shared_h"] = c.housed("Cy Clover", "1966-01-02", nhs_number=nhs_number(18))
    p["shared_a"] = c.adult("Cyril Clover", "1966-01-02", nhs_number=nhs_number(18))
    for year in (1950, 1951):
        c.adult("Other Person", f"{year}-05-05", nhs_number=nhs_number(18))
    return p
