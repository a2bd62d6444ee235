"""Connect an account, or log in again to one: what is needed, where to get it, what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import pairwise

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from soleflip_desktop.domain.logins import LOGIN_FORMS, LoginForm
from soleflip_desktop.domain.marketplace import MARKETPLACE_NAMES, Marketplace
from soleflip_desktop.domain.sync import Account, AccountSettings
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.common.sync_doors import AccountsSource
from soleflip_desktop.ui.common.sync_words import account_title
from soleflip_desktop.ui.system.accounts.browser_panel import BrowserPanel
from soleflip_desktop.ui.system.accounts.choices import currency_choices, first_settings
from soleflip_desktop.ui.system.accounts.log_in import LogIn
from soleflip_desktop.ui.system.accounts.login_fields import LABEL_WIDTH, LoginFields

#: What the buttons and margins take, and what is left of the screen around the dialog.
_WIDTH, _AROUND, _SCREEN_EDGE = 600, 96, 80
_INTRO = "SoleFlip uses {what} of your own at {name}. What you enter {kept}."
_KEPT = "goes into this computer's keyring and nowhere else"
_NOT_KEPT = "stays in memory until SoleFlip closes and goes nowhere else"
_FIRST_LABEL = "main"

OpenUrl = Callable[[str], object]


def open_in_browser(address: str) -> None:
    QDesktopServices.openUrl(QUrl(address))


class ConnectDialog(QDialog):
    """Shown with open(); Esc and Cancel end it at any time. `again`: the account to log in to.

    `taken` are the (marketplace, label) pairs in use.

    Signals:
        connected(int): the account's id; its sync may begin.
    """

    connected = Signal(int)

    def __init__(
        self,
        accounts: AccountsSource,
        kit: UiKit,
        parent: QWidget,
        *,
        marketplace: Marketplace = Marketplace.STOCKX,
        again: Account | None = None,
        taken: Collection[tuple[Marketplace, str]] = (),
        open_url: OpenUrl = open_in_browser,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Connect an account" if again is None else "Connect again")
        self._accounts, self._kit, self._again = accounts, kit, again
        self._taken, self._open_url = frozenset(taken), open_url
        self._address = ""
        self.fields: LoginFields | None = None
        self.browser: BrowserPanel | None = None
        self.log_in = LogIn(accounts, kit.tasks, self)
        self._build_head()
        self._build(marketplace if again is None else again.marketplace)
        self._connect()
        self._on_platform_chosen()

    @property
    def marketplace(self) -> Marketplace:
        return Marketplace(self.platform.currentData())

    # -- building ------------------------------------------------------------------------------

    def _build_head(self) -> None:
        self.problem = label("", "bad", wrap=True)
        self.problem.hide()
        self.platform = QComboBox(self)
        for each in Marketplace:
            self.platform.addItem(MARKETPLACE_NAMES[each], each.value)
        self.label = QLineEdit(_FIRST_LABEL, self)
        self.label.setPlaceholderText("such as main, or the shop's name")
        self.label_problem = label("", "bad", wrap=True)
        self.label_problem.hide()
        self.currency = QComboBox(self)
        self.intro = label("", "muted", wrap=True)
        self.where = QPushButton(self)
        self.where.setAutoDefault(False)
        if self._again is not None:
            self.label.setText(self._again.label)
            for widget in (self.platform, self.label, self.currency):
                widget.setEnabled(False)

    def _build(self, marketplace: Marketplace) -> None:
        self.platform.setCurrentIndex(self.platform.findData(marketplace.value))
        self.start = QPushButton("&Connect", self)
        self.start.setProperty("role", "primary")
        self.start.setDefault(True)
        self.stop = QPushButton("Cancel", self)
        self.stop.setAutoDefault(False)
        self.stop.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.start)
        buttons.addWidget(self.stop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 16, 0, 16)
        layout.setSpacing(12)
        layout.addWidget(self._body(), 1)
        buttons.setContentsMargins(20, 0, 20, 0)
        layout.addLayout(buttons)

    def _body(self) -> QScrollArea:
        body = QWidget(self)
        self._inner = QVBoxLayout(body)
        self._inner.setContentsMargins(20, 0, 20, 0)
        self._inner.setSpacing(12)
        form = QGridLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.setColumnMinimumWidth(0, LABEL_WIDTH)
        form.setColumnStretch(1, 1)
        named = (
            ("&Platform", self.platform),
            ("&Label", self.label),
            ("Pa&yout currency", self.currency),
        )
        for row, (text, editor) in enumerate(named):
            name = QLabel(text, self)
            name.setBuddy(editor)
            form.addWidget(name, row, 0)
            form.addWidget(editor, row, 1)
        form.addWidget(self.label_problem, len(named), 1)
        where = QHBoxLayout()
        where.addWidget(self.intro, 1)
        where.addWidget(self.where, 0, Qt.AlignmentFlag.AlignTop)
        title = "Connect an account" if self._again is None else account_title(self._again)
        self._inner.addWidget(label(title, "step_title"))
        self._inner.addWidget(self.problem)
        self._inner.addLayout(form)
        if (kept := self._accounts.keyring_problem()) is not None:
            self._inner.addWidget(label(kept, "warning", wrap=True))
        self._inner.addLayout(where)
        self._inner.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(body)
        return area

    def _connect(self) -> None:
        self.platform.activated.connect(self._on_platform_chosen)
        self.label.textEdited.connect(lambda _text: _say(self.label_problem, ""))
        self.where.clicked.connect(lambda: self._open_url(self._form.where))
        self.start.clicked.connect(self._on_start)
        log_in = self.log_in
        log_in.browser_wanted.connect(self._on_browser_wanted)
        log_in.checking.connect(self._on_checking)
        log_in.refused.connect(self._on_refused)
        log_in.wait_failed.connect(self._on_wait_failed)
        log_in.paste_refused.connect(self._on_paste_refused)
        log_in.stopped.connect(self._rest)
        log_in.connected.connect(self._on_connected)

    # -- platform ------------------------------------------------------------------------------

    @property
    def _form(self) -> LoginForm:
        return LOGIN_FORMS[self.marketplace]

    def _on_platform_chosen(self) -> None:
        """Its own fields; what was entered for another one is gone."""
        self._forget()
        for old in (self.fields, self.browser):
            if old is not None:
                self._inner.removeWidget(old)
                old.hide()
                old.deleteLater()
        chosen, name = self.marketplace, MARKETPLACE_NAMES[self.marketplace]
        what = "an application" if self._form.browser else "a token"
        kept = _KEPT if self._accounts.keyring_problem() is None else _NOT_KEPT
        self.intro.setText(_INTRO.format(what=what, name=name, kept=kept))
        self.where.setText(f"&Open {self._form.where.removeprefix('https://').partition('/')[0]}")
        self.fields = LoginFields(self._form, self._kit.icons, self)
        at = self._inner.count() - 1  # above the stretch
        self._inner.insertWidget(at, self.fields)
        self.fields.show()
        self.browser = None
        if self._form.browser:
            self.browser = BrowserPanel(chosen, self, returns=self._form.returns)
            self.browser.pasted.connect(self.log_in.paste)
            self.browser.open_requested.connect(lambda: self._open_url(self._address))
            self._inner.insertWidget(at + 1, self.browser)
            self.browser.show()
        self._fill_currencies(chosen)
        _say(self.problem, "")
        self._rest()
        self._fit()
        self.fields.first_empty()

    def _fit(self) -> None:
        """As high as the platform's fields want it and the screen allows; Tab goes downwards."""
        wanted = self._inner.totalHeightForWidth(_WIDTH) + _AROUND
        screen = QGuiApplication.primaryScreen().availableGeometry().height()
        self.resize(_WIDTH, min(wanted, screen - _SCREEN_EDGE))
        stops: list[QWidget] = [self.platform, self.label, self.currency, self.where]
        stops += self.fields.tab_stops() if self.fields is not None else []
        if self.browser is not None:
            stops += [self.browser.again, self.browser.address, self.browser.use]
        stops += [self.start, self.stop]
        for before, after in pairwise(stops):
            self.setTabOrder(before, after)

    def _fill_currencies(self, chosen: Marketplace) -> None:
        base = self._kit.base_currency.code
        first = first_settings(chosen, base) if self._again is None else self._again.settings
        self.currency.clear()
        for code, words in currency_choices(chosen, first.currency, self._kit.formatter.locale):
            self.currency.addItem(words, code)
        self.currency.setCurrentIndex(self.currency.findData(first.currency))

    def _settings(self) -> AccountSettings:
        if self._again is not None:
            return self._again.settings
        return AccountSettings(currency=self.currency.currentData())

    # -- the log-in ----------------------------------------------------------------------------

    def _on_start(self) -> None:
        _say(self.problem, "")
        fields = self.fields
        if fields is None or fields.ask_for_missing() or not self._check_label():
            return
        self._set_busy(busy=True)
        account = (self.label.text().strip(), self._settings())
        again = None if self._again is None else self._again.id
        self.log_in.start(self.marketplace, again, fields.given(), account)

    def _check_label(self) -> bool:
        text = self.label.text().strip()
        if not text:
            wrong = "Give the account a label, so that you can tell it from others."
        elif self._again is None and (self.marketplace, text) in self._taken:
            name = MARKETPLACE_NAMES[self.marketplace]
            wrong = f"There is a {name} account labelled “{text}” already: choose another label."
        else:
            return True
        _say(self.label_problem, wrong)
        self.label.setFocus(Qt.FocusReason.OtherFocusReason)
        return False

    def _on_browser_wanted(self, address: str) -> None:
        self._address = address
        self._open_url(address)
        if self.browser is not None and self.fields is not None:
            self.fields.hide()  # what is to be done now stands at the top
            self.browser.wait()
            self.browser.use.setDefault(True)
            self.browser.address.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_checking(self) -> None:
        if self.browser is not None:
            self.browser.check()
        else:
            self.start.setText("Checking…")

    def _on_refused(self, error: Exception) -> None:
        self._rest()
        if self.fields is None or not self.fields.blame(str(error)):
            _say(self.problem, str(error))
            self.start.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_wait_failed(self, error: Exception) -> None:
        self._on_refused(error)
        if self.browser is not None:
            self.browser.wait_for_paste()

    def _on_paste_refused(self, error: Exception) -> None:
        if self.browser is not None:
            self.browser.say(str(error))
            self.browser.address.setFocus(Qt.FocusReason.OtherFocusReason)
            self.browser.address.selectAll()

    def _on_connected(self, account_id: int) -> None:
        self.accept()
        self.connected.emit(account_id)

    def done(self, result: int) -> None:
        """However it closes: nothing goes on behind it and no secret stays in a widget."""
        self.log_in.cancel()
        self._forget()
        super().done(result)

    def _forget(self) -> None:
        self._address = ""
        if self.fields is not None:
            self.fields.forget()
        if self.browser is not None:
            self.browser.forget()

    def _rest(self) -> None:
        self._set_busy(busy=False)
        self.start.setText("&Connect")
        self.start.setDefault(True)
        if self.browser is not None:
            self.browser.rest()

    def _set_busy(self, *, busy: bool) -> None:
        self.start.setEnabled(not busy)
        new = self._again is None
        for widget in (self.platform, self.label, self.currency):
            widget.setEnabled(new and not busy)
        if self.fields is not None:
            self.fields.setEnabled(not busy)
            if not busy:
                self.fields.show()


def _say(place: QLabel, text: str) -> None:
    place.setText(text)
    place.setVisible(bool(text))
