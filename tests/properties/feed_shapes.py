"""One small typed file for every shape the feed has had, with its defects: what the fuzzing starts from."""

from __future__ import annotations

from pipeline.sources.base import FeedFile

_RESULT = "Div,Date,HomeTeam,AwayTeam,FTHG,FTAG,FTR"
_STATISTICS = "HTHG,HTAG,HTR,Referee,HS,AS,HST,AST,HF,AF,HC,AC,HY,AY,HR,AR"
_EXTRA = "Country,League,Season,Date,Time,Home,Away,HG,AG,Res"
_BLANK = ",,,,,,,,,,,,"


def _file(*lines: str, mark: str = "", encoding: str = "utf-8") -> bytes:
    return (mark + "".join(f"{line}\r\n" for line in lines)).encode(encoding)


def _main(path: str, division: str, season: int) -> FeedFile:
    return FeedFile(path, "results", division, season)


def _extra(code: str) -> FeedFile:
    return FeedFile(f"new/{code}.csv", "results", code, None)


SHAPES: dict[FeedFile, bytes] = {
    # results alone, nameless columns, rows shorter than the header
    _main("mmz4281/9394/E0.csv", "E0", 1993): _file(
        f"{_RESULT},,,,,",
        "E0,14/08/93,Alder,Brack,0,3,A,,,,,",
        "E0,14/08/93,Coln,Dun,2,2,D",
        "E0,21/08/93,Brack,Coln,1,0,H,,,,,",
        _BLANK,
    ),
    # the clubs named HT and AT
    _main("mmz4281/0304/G1.csv", "G1", 2003): _file(
        "Div,Date,HT,AT,FTHG,FTAG,FTR,VCH,VCD,VCA",
        "G1,23/08/03,Nauplia,Argos,2,0,H,1.9,3.2,4",
        "G1,24/08/03,Argos,Korone,1,1,D,2.1,3.1,3.4",
    ),
    # a code three times over, Windows-1252, a blank behind a name
    _main("mmz4281/0405/D2.csv", "D2", 2004): _file(
        f"{_RESULT},HTHG,HTAG,HTR,GBH,GBD,GBA,LB,LB,LB",
        "D2,08/08/04,Müllheim ,Öd\xa0Au,1,0,H,0,0,D,2.1,3.2,3.3,2,3.2,3.5",
        "D2,15/08/04,Öd Au,Kirn,2,1,H,1,,,1.9,3.3,3.9,1.9,3.2,4",
        encoding="cp1252",
    ),
    # Betbrain's averages, four-digit years among two-digit ones, marks in place of prices, a row too long
    _main("mmz4281/1516/E1.csv", "E1", 2015): _file(
        f"{_RESULT},HS,AS,BbMxH,BbAvH,BbMxD,BbAvD,BbMxA,BbAvA,BbMx>2.5,BbAv>2.5,BbAHh,BbAvAHH,BbAvAHA,PSCH,PSCD,PSCA",
        "E1,07/08/15,Alderby,Brackwell,1,0,H,17,7,2.4,2.29,3.4,3.23,3.5,3.17,2.1,2,0,1.9,1.95,2.3,3.3,3.4",
        "E1,08/08/2015,Colnby,Dunmere,2,1,H,x,-3,2.5,#,3.44,-,3.1,0,2.1,2,-0.25,1.9,1.95,2.3,3.3,3.4",
        "#REF!,,,,,,,,,,,,,,,,,,,,,",
        "E1,09/08/15,Dunmere,Alderby,1,1,D,9,9,,,,,,,,,,,,,,,7",
    ),
    # times, the market's averages and the closing prices
    _main("mmz4281/1920/SC1.csv", "SC1", 2019): _file(
        "Div,Date,Time,HomeTeam,AwayTeam,FTHG,FTAG,FTR,B365H,B365D,B365A,MaxH,MaxD,MaxA,AvgH,AvgD,AvgA,"
        "Avg>2.5,Avg<2.5,AHh,AvgAHH,AvgAHA,AvgCH,AvgCD,AvgCA,AHCh,AvgCAHH,AvgCAHA",
        "SC1,03/08/2019,15:00,Kelso,Alva,2,1,H,2.1,3.3,3.6,2.2,3.4,3.7,2.08,3.28,3.55,1.9,1.95,-0.25,1.9,2,"
        "2.1,3.3,3.5,-0.5,1.95,1.9",
        "SC1,29/03/2020,01:30,Alva,Kelso,0,0,D,2.1,3.3,3.6,2.2,3.4,3.7,2.08,3.28,3.55,1.9,1.95,-0.25,1.9,2,"
        '2.1,3.3,3.5,"-0.5,-1",1.95,1.9',
    ),
    # the mark of UTF-8, the exchange
    _main("mmz4281/2425/D2.csv", "D2", 2024): _file(
        f"Div,Date,Time,HomeTeam,AwayTeam,FTHG,FTAG,FTR,{_STATISTICS},BFEH,BFED,BFEA,BFECH,BFECD,BFECA",
        "D2,02/08/2024,19:30,Preußen Au,Kirn,1,2,A,0,1,A,N,9,12,3,5,11,9,4,6,2,1,0,0,2.5,3.4,3,2.6,3.5,2",
        "D2,03/08/2024,12:00,Kirn,Preußen Au,,,,,,,,,,,,,,,,,,,,1.11,1.11,1.11,,,",
        mark="\ufeff",
    ),
    # goals expected, bookmakers of 2026
    _main("mmz4281/2627/EC.csv", "EC", 2026): _file(
        f"Div,Date,Time,HomeTeam,AwayTeam,FTHG,FTAG,FTR,{_STATISTICS},HxG,AxG,PPH,PPD,PPA,SKBH,SKBD,SKBA",
        "EC,15/08/2026,15:00,Alton,Barrow,2,2,D,1,1,D,W,18,10,3,5,10,16,5,5,1,3,0,0,1.97,0.84,1.5,4,6.5,1.5,4,6",
    ),
    # an extra league of winter seasons, no exchange
    _extra("RUS"): _file(
        f"{_EXTRA},PSCH,PSCD,PSCA,MaxCH,MaxCD,MaxCA,AvgCH,AvgCD,AvgCA",
        "Russia,Premier League,2012/2013,20/07/2012,16:00,Sara,Lok,2,3,A,5.1,3.7,1.8,5.2,3.7,1.8,4.5,3.4,1.7",
        "Russia,Premier League,2013/2014,14/07/2013,11:00,Lok,Sara,0,0,D,1.8,3.4,5.1,1.9,3.7,5.2,1.7,3.4,4.5",
        mark="\ufeff",
    ),
    # summer seasons after winter ones, blanks around the league, the prices of 2018 under early names
    _extra("ARG"): _file(
        f"{_EXTRA},PH,PD,PA,MaxH,MaxD,MaxA,AvgH,AvgD,AvgA",
        "Argentina,Liga Profesional ,2018/2019,10/08/2018,23:00,Rosa,Lanza,1,1,D,2,3.2,4,2.1,3.3,4.2,2,3.1,3",
        "Argentina, Liga Profesional,2021,17/07/2021,00:15,Lanza,Rosa,1,0,H,2,3.2,4,2.1,3.3,4.2,2,3.1,3.9",
        "Argentina,Copa de la Liga Profesional,2021,18/07/2021,00:15,Rosa,Lanza,1,0,H,,,,,,,,,",
    ),
    # a header typed wrong
    _extra("JPN"): _file(
        f"{_EXTRA},AvgCH,AvgCD,AvgCA,BFECH,BFECD,BFECA,B365CH,B365CD,B36CA",
        "Japan, J1 League,2024,23/02/2024,05:00,Aoba,Midori,2,3,A,1.7,3.6,4.5,,,,1.7,3.5,4.4",
        "Japan ,J1 League ,2025,02/03/2025,05:00,Midori ,Sora,1,1,D,2.1,3.3,3.4,2.1,3.4,3.5,,,",
    ),
    FeedFile("fixtures.csv", "fixtures", "", None): _file(
        "Div,Date,Time,HomeTeam,AwayTeam,Referee,B365H,B365D,B365A,AvgH,AvgD,AvgA,AvgCH,AvgCD,AvgCA,,",
        "E1,24/04/2026,19:45,Alderby,Colnby,,2.1,3.3,3.6,2.08,3.28,3.55,2.2,3.3,3.4,,",
        _BLANK,
        "E0,25/04/2016,15:00,Garth,Holm,,1.5,4.2,7,1.49,4.1,6.8,,,,,",
        "X9,25/04/2026,15:00,Nowhere,Elsewhere,,1.5,4.2,7,1.49,4.1,6.8,,,,,",
    ),
    FeedFile("new_league_fixtures.csv", "fixtures", "", None): _file(
        "Country,League,Date,Time,Home,Away,PSH,PSD,PSA,MaxH,MaxD,MaxA,AvgH,AvgD,AvgA,BFEH,BFED,BFEA",
        "Argentina,Liga Profesional,09/10/2026,18:30,Rosa,Lanza,,,,2.6,3.1,3.1,2.5,2.9,2.8,1.11,1.11,1.11",
        "Nowhere,First League,09/10/2026,18:30,Some,Other,,,,2.6,3.1,3.1,2.5,2.9,2.8,,,",
    ),
}
