"""Call devices and alarms: who sees and hears, lists, figures, REST."""
