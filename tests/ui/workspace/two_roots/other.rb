workspace other
