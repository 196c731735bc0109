"""What mail programs print in other languages: labels, dates, separators, and words for a body."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Language:
    """The words of a mail program in one language."""

    labels: tuple[str, str, str, str, str, str]  # from, sent, to, cc, subject, attachments
    date: str  # a pattern: {day} {month} {weekday} and the moment itself as {m}
    months: str
    weekdays: str  # from Monday; "" if no date names one
    original: str  # between the dashes above a quoted mail
    prefixes: tuple[str, str]  # of an answer and of a forwarded mail
    topics: tuple[str, ...]
    sentences: tuple[str, ...]
    script: str = "latin"  # the letters it needs: "latin", "central", "cyrillic", or those of one font
    answers: str = ""  # a pattern like `date` for the line above a quoted mail, with {sender}


LANGUAGES: dict[str, Language] = {
    "de": Language(
        ("Von:", "Gesendet:", "An:", "Cc:", "Betreff:", "Anlagen:"),
        "{weekday}, {m.day}. {month} {m:%Y %H:%M}",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
        "Ursprüngliche Nachricht",
        ("AW: ", "WG: "),
        ("Pegelstände im Mai", "Prüfung der Brücke"),
        (
            "An der Schleuse wird noch gebaut.",
            "Von dort kam keine Antwort: wir warten.",
            "Bitte prüfen Sie die Anlage.",
        ),
        answers="Am {m:%d.%m.%Y} um {m:%H:%M} schrieb {sender}:",
    ),
    "fr": Language(
        ("De :", "Envoyé :", "À :", "Cc :", "Objet :", "Pièces jointes :"),
        "{weekday} {m.day} {month} {m:%Y %H:%M}",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "Message d'origine",
        ("RE : ", "TR : "),
        ("Travaux du quai", "Réunion avec le comté"),
        ("De notre côté rien à signaler.", "À bientôt sur le quai.", "Merci de relire le projet de réponse."),
        answers="Le {m.day} {month} {m:%Y} à {m:%H:%M}, {sender} a écrit :",
    ),
    "es": Language(
        ("De:", "Enviado el:", "Para:", "CC:", "Asunto:", "Datos adjuntos:"),
        "{weekday}, {m.day} de {month} de {m:%Y %H:%M}",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "lunes martes miércoles jueves viernes sábado domingo",
        "Mensaje original",
        ("RE: ", "RV: "),
        ("Obras del puerto", "Niveles del embalse"),
        ("De momento no hay novedades.", "Para mañana tendremos los datos.", "Revise por favor el borrador."),
        answers="El {m.day} de {month} de {m:%Y}, {m:%H:%M}, {sender} escribió:",
    ),
    "pt": Language(
        ("De:", "Enviada em:", "Para:", "Cc:", "Assunto:", "Anexos:"),
        "{weekday}, {m.day} de {month} de {m:%Y %H:%M}",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
        "Mensagem original",
        ("RES: ", "ENC: "),
        ("Obras do cais", "Reunião da comissão"),
        ("De resto está tudo bem.", "Para já aguardamos.", "Por favor reveja o texto."),
        answers="Em {m.day} de {month} de {m:%Y} {m:%H:%M}, {sender} escreveu:",
    ),
    "it": Language(
        ("Da:", "Inviato:", "A:", "Cc:", "Oggetto:", "Allegati:"),
        "{weekday} {m.day} {month} {m:%Y %H:%M}",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "lunedì martedì mercoledì giovedì venerdì sabato domenica",
        "Messaggio originale",
        ("R: ", "I: "),
        ("Lavori al molo", "Livelli del bacino"),
        ("Da parte nostra nulla di nuovo.", "A domani in ufficio.", "Per favore rivedere la bozza."),
        answers="Il giorno {m.day} {month} {m:%Y}, {m:%H:%M}, {sender} ha scritto:",
    ),
    "nl": Language(
        ("Van:", "Verzonden:", "Aan:", "CC:", "Onderwerp:", "Bijlagen:"),
        "{weekday} {m.day} {month} {m:%Y %H:%M}",
        "januari februari maart april mei juni juli augustus september oktober november december",
        "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
        "Oorspronkelijk bericht",
        ("RE: ", "FW: "),
        ("Werk aan de kade", "Waterstanden"),
        ("Van de sluis is nog geen bericht.", "Aan de kade wordt gewerkt.", "Graag het concept nalezen."),
        answers="Op {weekday} {m.day} {month} {m:%Y} om {m:%H:%M} schreef {sender}:",
    ),
    "pl": Language(
        ("Od:", "Wysłano:", "Do:", "DW:", "Temat:", "Załączniki:"),
        "{weekday}, {m.day} {month} {m:%Y %H:%M}",
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
        "poniedziałek wtorek środa czwartek piątek sobota niedziela",
        "Oryginalna wiadomość",
        ("Odp: ", "PD: "),
        ("Prace na nabrzeżu", "Poziom wody"),
        ("Od jutra zaczynamy pomiary.", "Do zobaczenia na nabrzeżu.", "Proszę sprawdzić szkic."),
        "central",
        "W dniu {m.day} {month} {m:%Y} {m:%H:%M}, {sender} napisał:",
    ),
    "ru": Language(
        ("От:", "Отправлено:", "Кому:", "Копия:", "Тема:", "Вложения:"),
        "{m.day} {month} {m:%Y} г. {m:%H:%M}",
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        "",
        "Исходное сообщение",
        ("RE: ", "FW: "),
        ("Работы на причале", "Уровень воды"),
        ("От них ответа пока нет.", "Тема закрыта, спасибо.", "Прошу проверить черновик."),
        "cyrillic",
    ),
    "sv": Language(
        ("Från:", "Skickat:", "Till:", "Kopia:", "Ämne:", "Bifogade filer:"),
        "den {m.day} {month} {m:%Y %H:%M}",
        "januari februari mars april maj juni juli augusti september oktober november december",
        "",
        "Ursprungligt meddelande",
        ("SV: ", "VB: "),
        ("Arbeten vid kajen", "Vattenstånd"),
        ("Från kajen inget nytt.", "Till dess väntar vi.", "Läs gärna igenom utkastet."),
        answers="Den {m.day} {month} {m:%Y} {m:%H:%M} skrev {sender}:",
    ),
    "da": Language(
        ("Fra:", "Sendt:", "Til:", "Cc:", "Emne:", "Vedhæftede filer:"),
        "{m.day}. {month} {m:%Y %H:%M}",
        "januar februar marts april maj juni juli august september oktober november december",
        "",
        "Oprindelig meddelelse",
        ("SV: ", "VS: "),
        ("Arbejde ved kajen", "Vandstand"),
        ("Fra havnen intet nyt.", "Til den tid venter vi.", "Læs venligst udkastet igennem."),
        answers="Den {m.day}. {month} {m:%Y} kl. {m:%H.%M} skrev {sender}:",
    ),
    "fi": Language(
        ("Lähettäjä:", "Lähetetty:", "Vastaanottaja:", "Kopio:", "Aihe:", "Liitteet:"),
        "{weekday} {m.day}. {month} {m:%Y %H.%M}",
        "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta "
        "marraskuuta joulukuuta",
        "maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai",
        "Alkuperäinen viesti",
        ("VS: ", "VL: "),
        ("Laiturin korjaus", "Veden korkeus"),
        ("Aihe on vielä auki.", "Laituri on kunnossa.", "Lue luonnos, kiitos."),
    ),
    "cs": Language(
        ("Od:", "Odesláno:", "Komu:", "Kopie:", "Předmět:", "Přílohy:"),
        "{weekday} {m.day}. {month} {m:%Y %H:%M}",
        "ledna února března dubna května června července srpna září října listopadu prosince",
        "pondělí úterý středa čtvrtek pátek sobota neděle",
        "Původní zpráva",
        ("RE: ", "FW: "),
        ("Práce na nábřeží", "Hladina vody"),
        ("Od zítřka začínáme s měřením.", "Komu to mám poslat: zatím nevím.", "Prosím o kontrolu návrhu."),
        "central",
    ),
    "ja": Language(
        ("差出人:", "送信日時:", "宛先:", "CC:", "件名:", "添付ファイル:"),
        "{m.year}年{m.month}月{m.day}日{weekday} {m:%H:%M}",
        "",
        "月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日",
        "元のメッセージ",
        ("RE: ", "FW: "),
        ("水位の報告", "橋の点検"),
        ("よろしくお願いします。", "会議は金曜日です。"),
        "HeiseiKakuGo-W5",
    ),
    "ko": Language(
        ("보낸 사람:", "보낸 날짜:", "받는 사람:", "참조:", "제목:", "첨부 파일:"),
        "{m.year}년 {m.month}월 {m.day}일 {weekday} {half} {hour}:{m:%M}",
        "",
        "월요일 화요일 수요일 목요일 금요일 토요일 일요일",
        "원본 메시지",
        ("RE: ", "FW: "),
        ("수위 보고", "다리 점검"),
        ("감사합니다.", "회의는 금요일입니다."),
        "HYGothic-Medium",
    ),
    "zh": Language(
        ("发件人:", "发送时间:", "收件人:", "抄送:", "主题:", "附件:"),
        "{m.year}年{m.month}月{m.day}日 {m:%H:%M}",
        "",
        "",
        "原始邮件",
        ("答复: ", "转发: "),
        ("水位报告", "桥梁检查"),
        ("谢谢。", "会议在星期五。"),
        "STSong-Light",
    ),
}


def print_local(code: str, moment: datetime, *, sender: str = "") -> str:
    """Return a moment in the words of a language, or with a sender the line above a quoted mail."""
    language = LANGUAGES[code]
    months, weekdays = language.months.split(), language.weekdays.split()
    return (language.answers if sender else language.date).format(
        m=moment,
        month=months[moment.month - 1] if months else "",
        weekday=weekdays[moment.weekday()] if weekdays else "",
        hour=moment.hour % 12 or 12,
        half="오전" if moment.hour < 12 else "오후",
        sender=sender,
    )
