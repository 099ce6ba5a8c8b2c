INSERT INTO product (sku, name, price_value, price_currency) VALUES
    ('LAPTOP-14',    'Laptop, 14 inch',            129900, 'EUR'),
    ('MONITOR-27',   'Monitor, 27 inch',            34900, 'EUR'),
    ('KEYBOARD-DE',  'Keyboard, German layout',      7900, 'EUR'),
    ('MOUSE-WL',     'Mouse, wireless',              3900, 'EUR'),
    ('DOCK-USBC',    'Docking station, USB-C',      18900, 'EUR'),
    ('HEADSET-BT',   'Headset, Bluetooth',          12900, 'EUR'),
    ('WEBCAM-4K',    'Webcam, 4K',                  14900, 'EUR'),
    ('CABLE-USBC-2', 'Cable, USB-C, 2 m',            1490, 'EUR'),
    ('DESK-LAMP',    'Desk lamp',                    4900, 'EUR'),
    ('CHAIR-ERGO',   'Office chair, ergonomic',     45900, 'EUR'),
    ('BACKPACK-20',  'Backpack, 20 l',               6900, 'EUR'),
    ('VINYL-SIGNED', 'Signed record, last copies',  24900, 'EUR')
ON CONFLICT (sku) DO UPDATE SET name = excluded.name, price_value = excluded.price_value, price_currency = excluded.price_currency;
