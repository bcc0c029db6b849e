"""How the window looks: one style sheet and palette, made from the tokens of a theme and a scale."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from inspector import resources
from inspector.gui.theme import THEMES, Tokens, contrast

BASE_POINTS = 10.0


def tokens_for(choice: str) -> Tokens:
    """The theme of a settings word; ``system`` follows the desktop's scheme and contrast."""
    if choice in THEMES:
        return THEMES[choice]
    hints = QGuiApplication.styleHints()
    accessibility = getattr(hints, "accessibility", lambda: None)()
    wanted = getattr(accessibility, "contrastPreference", lambda: None)() if accessibility else None
    if wanted is not None and wanted == Qt.ContrastPreference.HighContrast:
        return THEMES["contrast"]
    return THEMES["dark"] if hints.colorScheme() is Qt.ColorScheme.Dark else THEMES["light"]


def apply(application: QApplication, window: QWidget, tokens: Tokens, scale: float) -> None:
    """Gives the application and ``window``, with all its dialogs, the look of ``tokens`` at ``scale``.

    The sheet belongs to the window: an application's own sheet is applied ten times as slowly.
    """
    if application.style().name().lower() != "fusion":
        application.setStyle("fusion")
    font = QFont(application.font())
    if abs(font.pointSizeF() - BASE_POINTS * scale) > 0.01:
        font.setPointSizeF(BASE_POINTS * scale)
        application.setFont(font)
    colours = palette(tokens)
    application.setPalette(colours)
    QToolTip.setPalette(colours)
    window.setStyleSheet(sheet(tokens, scale))


def palette(t: Tokens) -> QPalette:
    made = QPalette()
    roles = QPalette.ColorRole
    for role, colour in (
        (roles.Window, t.window),
        (roles.WindowText, t.ink),
        (roles.Base, t.surface),
        (roles.AlternateBase, t.surface_raised),
        (roles.Text, t.ink),
        (roles.Button, t.surface_raised),
        (roles.ButtonText, t.ink),
        (roles.Highlight, t.selection),
        (roles.HighlightedText, t.ink),
        (roles.ToolTipBase, t.surface_raised),
        (roles.ToolTipText, t.ink),
        (roles.PlaceholderText, t.sub),
        (roles.Link, t.accent),
        (roles.Accent, t.accent),
    ):
        made.setColor(role, QColor(colour))
    for role in (roles.Text, roles.WindowText, roles.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(t.edge))
    return made


def sheet(t: Tokens, scale: float) -> str:
    """The style sheet. Sizes are in pixels at scale 1."""

    def px(size: float) -> str:
        return f"{max(round(size * scale), 1)}px"

    def pt(size: float) -> str:
        return f"{size * scale:.1f}pt"

    def picture(name: str) -> str:
        return f'url("{resources.path("icons", f"{name}.svg").as_posix()}")'

    # Beside a tick of the colour for text on accent: these pictures take no colour from the sheet.
    tick = picture("check-light" if contrast(t.accent, "#ffffff") >= 4.5 else "check-dark")
    return f"""
* {{ outline: none; }}
QMainWindow, QDialog, #welcome, #page {{ background: {t.window}; }}
QWidget {{ color: {t.ink}; font-size: {pt(BASE_POINTS)}; }}
QToolTip {{ background: {t.surface_raised}; color: {t.ink}; border: 1px solid {t.edge}; padding: {px(4)}; }}
QLabel {{ background: transparent; }}
QLabel[role="sub"] {{ color: {t.sub}; }}
QLabel[role="heading"] {{ font-size: {pt(12)}; font-weight: 600; }}
QLabel[role="heading-risk"] {{ font-size: {pt(12)}; font-weight: 600; color: {t.risk}; }}
QLabel[role="heading-good"] {{ font-size: {pt(12)}; font-weight: 600; color: {t.good}; }}
QLabel[role="title"] {{ font-size: {pt(20)}; font-weight: 600; }}
QLabel[role="section"] {{ color: {t.sub}; font-size: {pt(8.5)}; font-weight: 600; }}
QLabel[role="risk"] {{ color: {t.risk}; }}
QLabel[role="unknown"] {{ color: {t.unknown}; }}
QLabel[role="good"] {{ color: {t.good}; }}
QLabel[role="mark"] {{ color: {t.risk}; border: 1px solid {t.risk}; border-radius: {px(3)};
    padding: 0 {px(5)}; font-size: {pt(8.5)}; }}

QMenuBar {{ background: {t.window}; padding: {px(1)} {px(4)}; }}
QMenuBar::item {{ padding: {px(3)} {px(8)}; border-radius: {px(3)}; }}
QMenuBar::item:selected {{ background: {t.surface_raised}; }}
QMenu {{ background: {t.surface}; border: 1px solid {t.line}; padding: {px(4)}; }}
QMenu::item {{ padding: {px(4)} {px(24)} {px(4)} {px(10)}; border-radius: {px(3)}; }}
QMenu::item:selected {{ background: {t.selection}; }}
QMenu::item:disabled {{ color: {t.edge}; }}
QMenu::separator {{ height: 1px; background: {t.line}; margin: {px(4)} {px(6)}; }}
QMenu {{ icon-size: {px(16)}; }}
QMenu::icon {{ padding-left: {px(6)}; }}

#topbar {{ background: {t.window}; border-bottom: 1px solid {t.line}; }}
#strip {{ background: {t.window}; border-top: 1px solid {t.line}; }}
#askbar {{ background: {t.surface_raised}; border-top: 2px solid {t.accent}; }}

QPushButton, QToolButton {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: {px(4)};
    padding: {px(3)} {px(10)}; min-height: {px(18)}; }}
QToolButton {{ padding: {px(3)} {px(7)}; }}
QPushButton:hover, QToolButton:hover {{ background: {t.surface_raised}; border-color: {t.edge}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {t.selection}; }}
QPushButton:focus, QToolButton:focus {{ border: 1px solid {t.accent}; }}
QPushButton:disabled, QToolButton:disabled {{ color: {t.edge}; border-color: {t.line};
    background: transparent; }}
QPushButton:checked, QToolButton:checked {{ background: {t.selection}; border-color: {t.accent}; }}
QPushButton[role="primary"] {{ background: {t.accent}; color: {t.accent_ink}; border-color: {t.accent};
    font-weight: 600; }}
QPushButton[role="primary"]:disabled {{ background: {t.surface_raised}; color: {t.edge};
    border-color: {t.line}; }}
QPushButton[role="primary"]:focus {{ border: 2px solid {t.ink}; }}
QToolButton[role="flat"], QPushButton[role="flat"] {{ background: transparent; border-color: transparent; }}
QToolButton[role="flat"]:hover, QPushButton[role="flat"]:hover {{ background: {t.surface_raised}; }}
QToolButton[role="flat"]:checked {{ background: {t.selection}; border-color: {t.accent}; }}
QToolButton[role="flat"]:focus, QPushButton[role="flat"]:focus {{ border-color: {t.accent}; }}
QPushButton[role="link"] {{ background: transparent; border: 1px solid transparent; color: {t.accent};
    text-align: left; padding: {px(2)} {px(4)}; }}
QPushButton[role="link"]:hover {{ background: {t.surface_raised}; }}
QPushButton[role="link"]:focus {{ border-color: {t.accent}; }}
QPushButton[role="card"] {{ text-align: left; padding: {px(10)} {px(14)}; min-height: {px(26)}; }}

QLineEdit, QPlainTextEdit, QComboBox, QDateEdit {{ background: {t.surface}; border: 1px solid {t.line};
    border-radius: {px(4)}; padding: {px(3)} {px(6)}; selection-background-color: {t.selection};
    selection-color: {t.ink}; }}
QLineEdit, QComboBox, QDateEdit {{ min-height: {px(18)}; }}
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QDateEdit:focus {{ border-color: {t.accent}; }}
QLineEdit[wrong="true"] {{ border-color: {t.risk}; }}
QComboBox QAbstractItemView {{ background: {t.surface}; border: 1px solid {t.edge};
    selection-background-color: {t.selection}; selection-color: {t.ink}; }}

#flow, #flow:focus, #bigtitle, #bigtitle:focus {{ background: transparent; border: none; padding: 0; }}

#nodetitle, #nodetitle:focus {{ background: transparent; border: none; padding: 0;
    font-size: {pt(12)}; font-weight: 600; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QToolButton::menu-indicator {{ image: none; width: 0; }}
QComboBox::drop-down {{ border: none; width: {px(20)}; }}
QComboBox::down-arrow {{ image: {picture("chevron-down")}; width: {px(11)}; height: {px(11)}; }}

QTabWidget::pane {{ border: none; border-top: 1px solid {t.line}; background: {t.surface}; }}
QTabWidget::tab-bar {{ left: {px(8)}; }}
QTabBar {{ background: transparent; }}
QTabBar::scroller {{ width: {px(28)}; }}
QTabBar QToolButton {{ padding: 0; min-width: {px(16)}; border-radius: 0; background: {t.window}; }}
QTabBar QToolButton::left-arrow {{ image: {picture("chevron-left")}; width: {px(11)}; height: {px(11)}; }}
QTabBar QToolButton::right-arrow {{ image: {picture("chevron-right")}; width: {px(11)}; height: {px(11)}; }}
QTabBar::tab {{ background: transparent; color: {t.sub}; padding: {px(6)} {px(11)};
    border: none; border-bottom: 2px solid transparent; }}
QTabBar::tab:hover {{ color: {t.ink}; }}
QTabBar::tab:selected {{ color: {t.ink}; border-bottom: 2px solid {t.accent}; }}
QTabBar::tab:focus {{ color: {t.accent}; }}

QTableView, QTreeView, QListView {{ background: {t.surface}; gridline-color: transparent;
    alternate-background-color: {t.surface}; selection-background-color: {t.selection};
    selection-color: {t.ink}; }}
QTableView::item {{ border-bottom: 1px solid {t.line}; padding: 0 {px(4)}; }}
QTreeView::item, QListView::item {{ padding: {px(2)} {px(2)}; border: none; }}
QTableView::item:selected, QTreeView::item:selected, QListView::item:selected {{ background: {t.selection};
    color: {t.ink}; }}
QTreeView::item:hover, QListView::item:hover {{ background: {t.surface_raised}; }}
QTreeView::item:selected:hover, QListView::item:selected:hover {{ background: {t.selection}; }}
QTableView, QTreeView, QListView {{ border: 1px solid transparent; }}
QTableView:focus, QTreeView:focus, QListView:focus {{ border: 1px solid {t.accent}; }}
QHeaderView {{ background: {t.surface}; }}
QHeaderView::section {{ background: {t.surface}; color: {t.sub}; border: none;
    border-bottom: 1px solid {t.line}; padding: {px(4)} {px(6)}; font-weight: 600; font-size: {pt(9)}; }}

QScrollArea, #pane {{ background: {t.surface}; border: none; }}
#pane, #inventory {{ background: {t.surface}; }}
#palette {{ background: {t.surface}; border: 1px solid {t.edge}; border-radius: {px(8)}; }}
#card {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: {px(6)}; }}
#chip {{ padding: {px(1)} {px(8)}; border-radius: {px(8)}; font-size: {pt(9)}; min-height: {px(16)}; }}
QSplitter::handle {{ background: {t.line}; }}
QSplitter::handle:hover {{ background: {t.accent}; }}

QScrollBar:vertical {{ background: transparent; width: {px(11)}; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: {px(11)}; margin: 0; }}
QScrollBar::handle {{ background: {t.edge}; border-radius: {px(4)}; margin: {px(2)}; }}
QScrollBar::handle:vertical {{ min-height: {px(28)}; }}
QScrollBar::handle:horizontal {{ min-width: {px(28)}; }}
QScrollBar::handle:hover {{ background: {t.sub}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

QProgressBar {{ background: {t.surface_raised}; border: none; border-radius: {px(3)};
    max-height: {px(6)}; min-height: {px(6)}; }}
QProgressBar::chunk {{ background: {t.accent}; border-radius: {px(3)}; }}
QCheckBox {{ spacing: {px(6)}; }}
QCheckBox::indicator {{ width: {px(13)}; height: {px(13)}; background: {t.surface};
    border: 1px solid {t.edge}; border-radius: {px(3)}; }}
QCheckBox::indicator:checked {{ background: {t.accent}; border-color: {t.ink}; image: {tick}; }}
QCheckBox::indicator:disabled {{ background: {t.surface_raised}; border-color: {t.line}; image: none; }}
QCheckBox::indicator:checked:disabled {{ background: {t.edge}; border-color: {t.edge}; image: {tick}; }}
QCheckBox::indicator:focus {{ border-color: {t.accent}; }}
QCheckBox:disabled {{ color: {t.sub}; }}
QCheckBox:focus, QRadioButton:focus {{ color: {t.accent}; }}
"""
