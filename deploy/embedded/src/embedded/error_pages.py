"""What people and programs see when the service behind the origin does not answer."""

import base64
import hashlib
import json
from html import escape

_STYLE = (
    "body{font:18px/1.5 system-ui,sans-serif;margin:12vh auto;max-width:34rem;padding:0 1.25rem;"
    "color:#1c2733;background:#f6f8fb}h1{font-size:1.5rem}a{color:#1357a6}"
)
STYLE_POLICY = f"style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'"

_TEXTS = {
    404: ("Такой страницы нет", "Проверьте адрес или начните с каталога курсов."),
    413: ("Файл слишком большой", "Можно отправить не больше 25 МБ. Разделите файл или уменьшите его."),
    503: (
        "Раздел временно недоступен",
        "Сервис перезапускается, данные сохранены. Подождите минуту и обновите страницу: другие разделы работают.",
    ),
}


def unavailable_page(status: int) -> str:
    """A page for people: self-contained, readable at 360 px, without scripts."""
    title, text = _TEXTS[status]
    return (
        f'<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{escape(title)}</h1><p>{escape(text)}</p>"
        '<p><a href="/catalog/">Каталог курсов</a></p></main></body></html>'
    )


def problem(status: int) -> str:
    """A problem document (RFC 9457) for programs."""
    title, text = _TEXTS[status]
    return json.dumps({"type": "about:blank", "title": title, "status": status, "detail": text}, ensure_ascii=False)
