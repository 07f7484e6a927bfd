//! There is no network but the program's own.

use std::io::ErrorKind;
use std::net::{TcpListener, UdpSocket};

use super::program::{python, stdout};
use crate::Runner;

/// A service that listens on the host's loopback interface hears nothing.
pub async fn the_hosts_loopback_is_out_of_reach(runner: &dyn Runner) {
    let tcp = TcpListener::bind("127.0.0.1:0").expect("a port");
    let udp = UdpSocket::bind("127.0.0.1:0").expect("a port");
    tcp.set_nonblocking(true).and_then(|()| udp.set_nonblocking(true)).expect("set");
    let (tcp_port, udp_port) = (tcp.local_addr().expect("bound"), udp.local_addr().expect("bound"));
    let code = format!(
        "import socket\ntry:\n    socket.create_connection(('127.0.0.1', {}), 2)\n    \
         print('connected')\nexcept OSError as error:\n    print('refused')\n\
         try:\n    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {}))\n\
         except OSError:\n    pass",
        tcp_port.port(),
        udp_port.port()
    );
    let outcome = python(&code).succeed(runner).await;
    assert_eq!(stdout(&outcome), "refused\n");
    assert_eq!(tcp.accept().expect_err("nobody").kind(), ErrorKind::WouldBlock);
    assert_eq!(udp.recv(&mut [0; 1]).expect_err("nothing").kind(), ErrorKind::WouldBlock);
}

/// No address answers, no name is known, and a cloud's metadata service is far away.
pub async fn the_world_is_out_of_reach(runner: &dyn Runner) {
    let code = "
import socket
addresses = [('1.1.1.1', 443), ('8.8.8.8', 53), ('169.254.169.254', 80), ('10.0.0.1', 80)]
for address in addresses:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            with socket.socket(socket.AF_INET, kind) as connection:
                connection.settimeout(2)
                connection.connect(address)
                connection.send(b'x')
                print('reached', address)
        except OSError:
            pass
try:
    with socket.socket(socket.AF_INET6) as connection:
        connection.connect(('2606:4700:4700::1111', 443))
        print('reached by IPv6')
except OSError:
    pass
try:
    print('found', socket.getaddrinfo('example.com', 80))
except OSError:
    pass
print('interfaces', [name for number, name in socket.if_nameindex() if name == 'eth0'])
";
    let outcome = python(code).succeed(runner).await;
    assert_eq!(stdout(&outcome), "interfaces []\n");
}

/// Its own loopback interface is up.
pub async fn a_program_can_talk_to_itself(runner: &dyn Runner) {
    let code = "import socket\nserver = socket.create_server(('localhost', 0))\n\
                client = socket.create_connection(server.getsockname())\n\
                server.accept()[0].send(b'hello')\nprint(client.recv(5))";
    let outcome = python(code).succeed(runner).await;
    assert_eq!(stdout(&outcome), "b'hello'\n");
}
