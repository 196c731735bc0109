"""The words of dates: months, weekdays and zones, in the languages whose mail programs we read."""

# Names of the months in the languages whose mail programs we read; a name's first match counts.
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janvier janv enero ene janeiro gennaio gen januari styczeń stycznia sty января январь"
            " янв  tammikuu tammikuuta ledna leden",
            "february feb febr februar février fevrier févr febrero fevereiro fev febbraio februari luty lutego lut"
            " февраля февраль фев helmikuu helmikuuta února únor",
            "march mar märz maerz mrz mars marzo março marco maart mrt marca marzec марта март marts maaliskuu"
            " maaliskuuta března březen",
            "april apr avril avr abril abr aprile kwiecień kwietnia kwi апреля апрель апр huhtikuu huhtikuuta dubna"
            " duben",
            "may mai mayo maio maggio mag mei maj maja мая май toukokuu toukokuuta května květen",
            "june jun juni juin junio junho giugno giu czerwiec czerwca cze июня июнь июн kesäkuu kesäkuuta června"
            " červen",
            "july jul juli juillet juil julio julho luglio lug lipiec lipca lip июля июль июл heinäkuu heinäkuuta"
            " července červenec",
            "august aug août aout agosto ago augustus augusti sierpień sierpnia sie августа август авг elokuu elokuuta"
            " srpna srpen",
            "september sep sept septembre septiembre setembro set settembre wrzesień września wrz сентября сентябрь сен"
            " syyskuu syyskuuta září",
            "october oct okt oktober octobre octubre outubro out ottobre ott październik października paź октября"
            " октябрь  окт lokakuu lokakuuta října říjen",
            "november nov novembre noviembre novembro listopad listopada lis ноября ноябрь ноя marraskuu marraskuuta"
            " listopadu",
            "december dec dez dezember décembre decembre déc diciembre dic dezembro dicembre grudzień grudnia gru"
            " декабря декабрь дек joulukuu joulukuuta prosince prosinec",
        ),
        start=1,
    )
    for name in names.split()
}
_WEEKDAY_NAMES = (
    "mon mo lun seg pon пн понедельник maanantai maandag montag monday lundi lunes lunedì segunda poniedziałek måndag"
    " mandag pondělí 월요일 月曜日 星期一",
    "tue di mar ter wt вт вторник tiistai dinsdag dienstag tuesday mardi martes martedì terça wtorek tisdag tirsdag"
    " úterý 화요일 火曜日 星期二",
    "wed mi mer qua śr ср среда keskiviikko woensdag mittwoch wednesday mercredi miércoles mercoledì quarta środa"
    " onsdag středa 수요일 水曜日 星期三",
    "thu do jeu qui czw чт четверг torstai donderdag donnerstag thursday jeudi jueves giovedì quinta czwartek torsdag"
    " čtvrtek 목요일 木曜日 星期四",
    "fri fr ven sex pt пт пятница perjantai vrijdag freitag friday vendredi viernes venerdì sexta piątek fredag"
    " pátek 금요일 金曜日 星期五",
    "sat sa sam sáb сб суббота lauantai zaterdag samstag saturday samedi sábado sabato sobota lördag lørdag"
    " 토요일 土曜日 星期六",
    "sun so dim dom нд вс воскресенье sunnuntai zondag sonntag sunday dimanche domingo domenica niedziela söndag søndag"
    " neděle 일요일 日曜日 星期日",
)
WEEKDAYS = {name: number for number, names in enumerate(_WEEKDAY_NAMES) for name in names.split()}  # Monday is 0
ZONES = {  # minutes east of UTC; only names that mean one offset in mail headers (RFC 5322, 4.3 and AOL's prints)
    "utc": 0, "gmt": 0, "z": 0, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360,
    "pst": -480, "pdt": -420, "akst": -540, "akdt": -480, "hst": -600, "bst": 60, "cet": 60, "cest": 120,
    "eastern standard time": -300, "eastern daylight time": -240, "central standard time": -360,
    "central daylight time": -300, "mountain standard time": -420, "mountain daylight time": -360,
    "pacific standard time": -480, "pacific daylight time": -420,
}  # fmt: skip
