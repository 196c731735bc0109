"""The words for header labels, in the languages that mail programs print."""

from enum import StrEnum


class Label(StrEnum):
    """What a header line tells, in the order in which prints have them."""

    SENDER = "sender"  # of a journal's envelope; stands for the sender where there is no "From:"
    FROM = "from"
    DATE = "date"
    TO = "to"
    CC = "cc"
    BCC = "bcc"
    SUBJECT = "subject"
    ATTACHMENTS = "attachments"
    IMPORTANCE = "importance"
    OTHER = "other"  # flags, reply-to, times of a meeting: read and left aside

    def comes_after(self, other: "Label") -> bool:
        """Tell whether prints have this label below the other."""
        order = list(Label)
        return order.index(self) > order.index(other)


LEXICON: dict[str, dict[Label, tuple[str, ...]]] = {
    "en": {
        Label.SENDER: ("sender",),
        Label.FROM: ("from", "organizer"),
        Label.IMPORTANCE: ("importance", "priority"),
        Label.DATE: ("sent", "date", "date sent", "sent at", "sent on", "sent date", "date/time", "at"),
        Label.TO: ("to", "recipients", "recipient", "required attendees"),
        Label.CC: ("cc", "copy to", "optional attendees"),
        Label.BCC: ("bcc",),
        Label.SUBJECT: ("subject",),
        Label.ATTACHMENTS: ("attachments", "attachment", "attach", "attached", "attached files"),
        Label.OTHER: (
            "sensitivity", "categories", "follow up flag", "flag status", "reply-to", "reply to",
            "received", "message-id", "message id", "retention policy", "due by", "x-mailer",
            "conversation", "expires", "signed by", "mailed-by", "when", "where", "location", "start", "end",
            "show time as", "recurrence", "meeting status", "resources", "references",
            "in-reply-to", "auto forwarded by", "return-path", "delivered-to", "thread-topic", "thread-index",
        ),
    },
    "de": {
        Label.FROM: ("von",), Label.DATE: ("gesendet", "datum"), Label.TO: ("an",), Label.CC: ("cc", "kopie"),
        Label.BCC: ("bcc",), Label.SUBJECT: ("betreff",), Label.ATTACHMENTS: ("anlagen", "anhänge"),
        Label.IMPORTANCE: ("wichtigkeit",),
    },
    "fr": {
        Label.FROM: ("de",), Label.DATE: ("envoyé", "date"), Label.TO: ("à",), Label.CC: ("cc",), Label.BCC: ("cci",),
        Label.SUBJECT: ("objet",), Label.ATTACHMENTS: ("pièces jointes",), Label.IMPORTANCE: ("importance",),
    },
    "es": {
        Label.FROM: ("de",), Label.DATE: ("enviado", "enviado el", "fecha"), Label.TO: ("para",), Label.CC: ("cc",),
        Label.BCC: ("cco",), Label.SUBJECT: ("asunto",), Label.ATTACHMENTS: ("datos adjuntos",),
        Label.IMPORTANCE: ("importancia",),
    },
    "pt": {
        Label.FROM: ("de",), Label.DATE: ("enviada em", "enviado", "data"), Label.TO: ("para",), Label.CC: ("cc",),
        Label.BCC: ("cco",), Label.SUBJECT: ("assunto",), Label.ATTACHMENTS: ("anexos",),
        Label.IMPORTANCE: ("prioridade",),
    },
    "it": {
        Label.FROM: ("da",), Label.DATE: ("inviato", "data"), Label.TO: ("a",), Label.CC: ("cc",),
        Label.BCC: ("ccn",), Label.SUBJECT: ("oggetto",), Label.ATTACHMENTS: ("allegati",),
        Label.IMPORTANCE: ("priorità",),
    },
    "nl": {
        Label.FROM: ("van",), Label.DATE: ("verzonden", "datum"), Label.TO: ("aan",), Label.CC: ("cc",),
        Label.BCC: ("bcc",), Label.SUBJECT: ("onderwerp",), Label.ATTACHMENTS: ("bijlagen",),
        Label.IMPORTANCE: ("urgentie",),
    },
    "pl": {
        Label.FROM: ("od",), Label.DATE: ("wysłano", "data"), Label.TO: ("do",), Label.CC: ("dw",),
        Label.BCC: ("udw",), Label.SUBJECT: ("temat",), Label.ATTACHMENTS: ("załączniki",),
        Label.IMPORTANCE: ("ważność",),
    },
    "ru": {
        Label.FROM: ("от",), Label.DATE: ("отправлено", "дата"), Label.TO: ("кому",), Label.CC: ("копия",),
        Label.BCC: ("ск",), Label.SUBJECT: ("тема",), Label.ATTACHMENTS: ("вложения",), Label.IMPORTANCE: ("важность",),
    },
    "sv": {
        Label.FROM: ("från",), Label.DATE: ("skickat", "datum"), Label.TO: ("till",), Label.CC: ("kopia",),
        Label.SUBJECT: ("ämne",), Label.ATTACHMENTS: ("bifogade filer",), Label.IMPORTANCE: ("prioritet",),
    },
    "da": {
        Label.FROM: ("fra",), Label.DATE: ("sendt", "dato"), Label.TO: ("til",), Label.CC: ("cc", "kopi"),
        Label.SUBJECT: ("emne",), Label.ATTACHMENTS: ("vedhæftede filer", "vedlegg"), Label.IMPORTANCE: ("prioritet",),
    },
    "fi": {
        Label.FROM: ("lähettäjä",), Label.DATE: ("lähetetty",), Label.TO: ("vastaanottaja",), Label.CC: ("kopio",),
        Label.SUBJECT: ("aihe",), Label.ATTACHMENTS: ("liitteet",),
    },
    "cs": {
        Label.FROM: ("od",), Label.DATE: ("odesláno", "datum"), Label.TO: ("komu",), Label.CC: ("kopie",),
        Label.SUBJECT: ("předmět",), Label.ATTACHMENTS: ("přílohy",),
    },
    "no": {
        Label.FROM: ("fra",), Label.DATE: ("sendt", "dato"), Label.TO: ("til",), Label.CC: ("kopi",),
        Label.BCC: ("blindkopi",), Label.SUBJECT: ("emne",), Label.ATTACHMENTS: ("vedlegg",),
        Label.IMPORTANCE: ("viktighet",),
    },
    "ja": {
        Label.FROM: ("差出人", "送信者"), Label.DATE: ("送信日時", "日付", "日時"), Label.TO: ("宛先",),
        Label.CC: ("cc",), Label.BCC: ("bcc",), Label.SUBJECT: ("件名",), Label.ATTACHMENTS: ("添付ファイル",),
        Label.IMPORTANCE: ("重要度",),
    },
    "ko": {
        Label.FROM: ("보낸 사람", "보낸사람"), Label.DATE: ("보낸 날짜", "보낸날짜", "날짜"),
        Label.TO: ("받는 사람", "받는사람"), Label.CC: ("참조",), Label.BCC: ("숨은 참조",), Label.SUBJECT: ("제목",),
        Label.ATTACHMENTS: ("첨부 파일", "첨부"), Label.IMPORTANCE: ("중요도",),
    },
    "zh": {
        Label.FROM: ("发件人", "寄件者", "寄件人"), Label.DATE: ("发送时间", "寄件日期", "日期", "時間", "时间"),
        Label.TO: ("收件人", "收件者"), Label.CC: ("抄送", "副本"), Label.BCC: ("密送", "密件副本"),
        Label.SUBJECT: ("主题", "主旨", "主題"), Label.ATTACHMENTS: ("附件",), Label.IMPORTANCE: ("重要性",),
    },
}  # fmt: skip
