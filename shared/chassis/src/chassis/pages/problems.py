"""What an error page says: a heading a parent understands, and what to do next."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explanation:
    """Heading and advice for a status; `retry` offers to load the page again."""

    heading: str
    advice: str
    retry: bool = False


EXPLANATIONS = {
    400: Explanation("Запрос составлен неверно", "Вернитесь назад и попробуйте ещё раз."),
    401: Explanation("Нужно войти", "Войдите, и мы вернём вас на эту страницу."),
    403: Explanation(
        "Эта страница не для вашей роли",
        "Если она нужна вам для работы, попросите доступ у администратора своей организации.",
    ),
    404: Explanation(
        "Такой страницы нет",
        "Возможно, её переместили или в адресе опечатка. Начните с каталога или с раздела в меню.",
    ),
    405: Explanation("Так этот адрес не открыть", "Вернитесь назад и воспользуйтесь кнопкой на странице."),
    409: Explanation("Так сделать уже нельзя", "Откройте страницу заново: на ней будет то, что есть сейчас."),
    413: Explanation("Слишком большой файл", "Уменьшите файл и отправьте его ещё раз."),
    422: Explanation("Проверьте данные", "Вернитесь назад, исправьте и отправьте ещё раз."),
    429: Explanation("Слишком много запросов подряд", "Подождите минуту и повторите.", retry=True),
    500: Explanation(
        "На нашей стороне сбой",
        "Мы уже записали, что случилось. Повторите через минуту; если не помогло, назовите поддержке номер обращения.",
        retry=True,
    ),
    503: Explanation("Сервис временно недоступен", "Обычно это занимает не больше минуты.", retry=True),
}
UNKNOWN = Explanation("Не получилось открыть страницу", "Вернитесь назад и попробуйте ещё раз.", retry=True)


def explain(status: int) -> Explanation:
    """Words for a status; an unknown one gets general words."""
    return EXPLANATIONS.get(status, UNKNOWN)
