# What: asks the cloud's metadata service who this machine is.
# Expect: success
# Stdout: tried
import http.client
import socket

for address in ("169.254.169.254", "169.254.170.2", "100.100.100.200", "fd00:ec2::254", "192.168.0.1"):
    connection = http.client.HTTPConnection(address, timeout=0.5)
    try:
        connection.request("GET", "/latest/meta-data/", headers={"Metadata-Flavor": "Google"})
        print("ESCAPED:", connection.getresponse().read(100))
    except (OSError, http.client.HTTPException):
        pass
print("tried")
