"""Federal staff as SIAPE itself tells: the servants of the public files with their whole CPF and functional records.

CPFs are invented: their middle is what the public files show, their check digits are never right. Who changed post has
an older record, ended by an exclusion. Dates are written DDMMYYYY, none as 00000000.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache

from lagoa.simulator.generated.calendar import closes
from lagoa.simulator.generated.draw import chance
from lagoa.simulator.generated.federal_bodies import Ug, bodies
from lagoa.simulator.generated.people import check_digits
from lagoa.simulator.generated.servants import POSTS, Servant, servants

NO_DATE = "00000000"
FIRST_MATRICULA = 1_200_000
CHANGED_POST_ONE_IN = 6
NO_RECORD_ONE_IN = 40
"""Of those that are listed: how many the service has no functional data of."""

MODES = ("", "presencial", "parcial", "integral", "NAO DECLARADO")
Record = Mapping[str, str | None]


def day(value: date | None) -> str:
    """`DDMMYYYY`."""
    return NO_DATE if value is None else f"{value:%d%m%Y}"


def units(orgao: str) -> list[Ug]:
    """The units of a body."""
    return [ug for ug in bodies()[1] if ug.orgao.codigo == orgao]


def uorg(ug: Ug) -> str:
    """The code of a unit: nine digits."""
    return f"{int(ug.siorg):09}"


def unit_records(seed: int, orgao: str, edition: str) -> Iterator[Record]:
    """The units of a body, with the day of their last change."""
    for ug in units(orgao):
        changed = closes(edition).date() - timedelta(days=chance(seed, "uorg", ug.codigo).randint(30, 900))
        yield {"codigo": uorg(ug), "dataUltimaTransacao": day(changed), "nome": ug.nome.upper()}


@lru_cache(maxsize=6)
def staff(seed: int, scale: float, edition: str) -> dict[tuple[str, str], tuple[Servant, ...]]:
    """Who is there at an edition, by body and unit."""
    today = closes(edition).date()
    found: dict[tuple[str, str], list[Servant]] = {}
    for servant in servants(seed, scale):
        if servant.entered <= today and (servant.left is None or servant.left > today):
            found.setdefault((servant.ug.orgao.codigo, uorg(servant.ug)), []).append(servant)
    return {key: tuple(each) for key, each in found.items()}


def cpf(seed: int, servant: Servant) -> str:
    """Eleven digits, around those that the public files show; the check digits are wrong."""
    shown = servant.cpf[4:7] + servant.cpf[8:11]
    first = f"{chance(seed, 'cpf', servant.id).randint(0, 999):03}{shown}"
    one, two = check_digits(first)
    return f"{first}{one}{(two + 1 + servant.id % 9) % 10}"


def listed(seed: int, servant: Servant, edition: str) -> Record:
    """What a list of servants shows of one."""
    changed = max(servant.entered, closes(edition).date() - timedelta(days=servant.id % 700))
    return {"cpf": cpf(seed, servant), "dataUltimaTransacao": day(changed)}


def functional_records(seed: int, servant: Servant) -> list[Record]:
    """A person's records, the present one first; now and then none."""
    draw = chance(seed, "functional", servant.id)
    if draw.randrange(NO_RECORD_ONE_IN) == 0:
        return []
    number = FIRST_MATRICULA + (servant.id % 1_000_000) * 2
    records = [_record(seed, servant, number, servant.entered, None)]
    if draw.randrange(CHANGED_POST_ONE_IN) == 0:
        before = servant.entered - timedelta(days=draw.randint(400, 4000))
        records.append(_record(seed, servant, number - 1, before, servant.entered))
    return records


def _record(seed: int, servant: Servant, number: int, entered: date, left: date | None) -> Record:
    draw = chance(seed, "functional record", number)
    post = servant.post if left is None else draw.choice(POSTS)
    function = servant.function if left is None else None
    ug = servant.ug
    return {
        "codAtivFun": function[3] if function else "",
        "codCargo": f"{POSTS.index(post) + 701:06}",
        "codClasse": post[1],
        "codFuncao": function[0] + function[1] if function else "",
        "codJornada": "99" if post[2].startswith("DEDICACAO") else post[2][:2],
        "codOcorrExclusao": "" if left is None else "02010",
        "codOcorrIngressoOrgao": "01100",
        "codOcorrIngressoServPublico": "01001",
        "codOrgao": ug.orgao.codigo,
        "codPadrao": draw.choice(("I", "II", "III", "IV", "---")),
        "codSitFuncional": "01",
        "codUorgExercicio": uorg(ug),
        "codUorgLotacao": uorg(ug),
        "codUpag": f"{ug.orgao.codigo}{uorg(ug)}",
        "cpfChefiaImediata": "",
        "dataExercicioNoOrgao": day(entered),
        "dataIngressoFuncao": day(entered if function else None),
        "dataOcorrAposentadoria": NO_DATE,
        "dataOcorrExclusao": day(left),
        "dataOcorrIngressoOrgao": day(entered),
        "dataOcorrIngressoServPublico": day(entered),
        "dataUorgExercicio": day(entered),
        "dataUorgLotacao": day(entered),
        "emailInstitucional": f"servidor{number}@orgao.example",
        "emailServidor": None,
        "identUnica": f"{number:09}",
        "matriculaSiape": f"{number:07}",
        "modalidadePGD": draw.choice(MODES),
        "nomeAtivFun": function[4] if function else "",
        "nomeCargo": post[0],
        "nomeClasse": f"CLASSE {post[1]}",
        "nomeFuncao": function[2] if function else "",
        "nomeJornada": post[2],
        "nomeOcorrExclusao": "" if left is None else "EXONERACAO A PEDIDO",
        "nomeRegimeJuridico": "REGIME JURIDICO UNICO",
        "nomeSitFuncional": "ATIVO PERMANENTE",
        "siglaRegimeJuridico": "EST",
    }
