"""
Log a force sensor or an IMU to CSV, with units: `force` or `imu`.

A SENSOR message has one unit for all its values, so an IMU is two devices: acceleration and
angular rate. `--simulate` serves such a sensor at the URL first, in this same process.
"""

import argparse
import contextlib
import csv
import math
import sys
import threading
import time

from igtl_ros2 import connect, serve
from igtl_ros2.codec.messages.arrays import Sensor, unit_word
from igtl_ros2.errors import IgtlError
from igtl_ros2.server import Server

RATE_HZ = 100.0
#: device: names of its values, and their unit: prefix, and symbols with exponents
FORCE = {
    'Force': (('fx', 'fy', 'fz'), unit_word([('N', 1)])),
    'Torque': (('tx', 'ty', 'tz'), unit_word([('N', 1), ('m', 1)], 'm')),  # mN*m
}
IMU = {
    'Accelerometer': (('ax', 'ay', 'az'), unit_word([('m', 1), ('s', -2)])),
    'Gyroscope': (('wx', 'wy', 'wz'), unit_word([('rad', 1), ('s', -1)])),
}
#: what the sensors measure at rest: the weight of a 500 g tool, and gravity
AT_REST = {'Force': -4.9, 'Torque': 0.0, 'Accelerometer': 9.81, 'Gyroscope': 0.0}


def simulate(server: Server, devices: dict, stopped: threading.Event) -> None:
    """Send readings that tremble at 8 Hz, as a hand does."""
    start = time.monotonic()
    turn = 0
    while not stopped.wait(max(0.0, start + turn / RATE_HZ - time.monotonic())):
        t_ns = time.time_ns()
        wave = math.sin(2 * math.pi * 8 * turn / RATE_HZ)
        for name, (_, unit) in devices.items():
            values = (0.3 * wave, 0.2 * wave, AT_REST[name] + 0.1 * wave)
            server.send(Sensor(values, unit, device_name=name, timestamp_ns=t_ns))
        turn += 1


def main() -> None:
    """Log until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('what', choices=('force', 'imu'))
    parser.add_argument('--url', default='tcp://127.0.0.1:18944', help='server of the sensor')
    parser.add_argument('--seconds', type=float, default=0.0, help='end then; 0: at Ctrl-C')
    parser.add_argument('--csv', default='-', help='file to write; -: the terminal')
    parser.add_argument('--simulate', action='store_true', help='serve a sensor at the URL')
    args = parser.parse_args()

    devices = FORCE if args.what == 'force' else IMU
    stopped = threading.Event()
    with contextlib.ExitStack() as stack:
        url = args.url
        if args.simulate:
            # SENSOR=all: a logger that falls behind shall get every reading, not the newest
            server = stack.enter_context(serve(url, queue_policy=['SENSOR=all']))
            url = str(server.address)
            sensor = threading.Thread(target=simulate, args=(server, devices, stopped))
            sensor.start()
            stack.callback(sensor.join)  # before the server is closed
            stack.callback(stopped.set)
        if args.csv == '-':
            out = sys.stdout
        else:
            out = stack.enter_context(open(args.csv, 'w', newline='', encoding='utf-8'))
        rows = csv.writer(out)
        rows.writerow(['time_s', 'device', 'name', 'value', 'unit', 'value_si'])
        peer = stack.enter_context(connect(url, reconnect=False))
        count = 0
        try:
            for message in peer.messages(args.seconds or None):
                if not isinstance(message, Sensor) or message.device_name not in devices:
                    continue
                # Whole and fractional seconds of the device's clock, not of the arrival
                stamp = '{}.{:09d}'.format(*divmod(message.timestamp_ns, 1_000_000_000))
                names, _ = devices[message.device_name]
                # si_values: mN*m become N*m; the unit comes with the message and is not assumed
                for name, value, si in zip(names, message.values, message.si_values):
                    rows.writerow([stamp, message.device_name, name, f'{value:.6g}',
                                   message.unit_text, f'{si:.6g}'])
                count += 1
        finally:
            print(f'{count} readings logged', file=sys.stderr)
        if peer.state == 'ended':
            sys.exit(f'the sensor is gone: {peer.last_error}')


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        pass
    except (IgtlError, OSError) as error:
        sys.exit(f'{type(error).__name__}: {error}')
