-- Once only: what the demo has sold stays sold.
INSERT INTO stock (sku, on_hand, reserved) VALUES
    ('LAPTOP-14',    10000, 0),
    ('MONITOR-27',   10000, 0),
    ('KEYBOARD-DE',  10000, 0),
    ('MOUSE-WL',     10000, 0),
    ('DOCK-USBC',    10000, 0),
    ('HEADSET-BT',   10000, 0),
    ('WEBCAM-4K',    10000, 0),
    ('CABLE-USBC-2', 10000, 0),
    ('DESK-LAMP',    10000, 0),
    ('CHAIR-ERGO',   10000, 0),
    ('BACKPACK-20',  10000, 0),
    ('VINYL-SIGNED',     3, 0)
ON CONFLICT (sku) DO NOTHING;
