# What: reaches the world over IPv6.
# Expect: success
# Stdout: tried
import socket

for address in ("2606:4700:4700::1111", "2001:4860:4860::8888"):
    try:
        with socket.socket(socket.AF_INET6) as connection:
            connection.settimeout(0.5)
            connection.connect((address, 443))
            print("ESCAPED: reached", address)
    except OSError:
        pass
print("tried")
