"""Run by the system's own Python, which has LibreOffice's bridge: opens a workbook with a password, prints its cells.

Arguments: a folder for its profile, the workbook, passwords. Prints as JSON for each password: sheet to rows of
[kind, value], or null where the workbook did not open.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.io import IOException
from com.sun.star.lang import IllegalArgumentException

PIPE = f"hearthlink{os.getpid()}"


def connected():
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(900):
        try:
            return resolver.resolve(f"uno:pipe,name={PIPE};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.1)
    raise SystemExit("LibreOffice does not answer")


def opened(desktop, workbook, password):
    hidden, secret = PropertyValue(Name="Hidden", Value=True), PropertyValue(Name="Password", Value=password)
    try:
        return desktop.loadComponentFromURL(Path(workbook).as_uri(), "_blank", 0, (hidden, secret))
    except (IllegalArgumentException, IOException):
        return None


def cells(sheet):
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    columns, rows = cursor.RangeAddress.EndColumn, cursor.RangeAddress.EndRow
    values = sheet.getCellRangeByPosition(0, 0, columns, rows).getDataArray()
    return [
        [[sheet.getCellByPosition(column, row).Type.value, value] for column, value in enumerate(line)]
        for row, line in enumerate(values)
    ]


def main():
    profile, workbook, *passwords = sys.argv[1:]
    words = ["soffice", f"-env:UserInstallation={Path(profile).as_uri()}", "--headless", "--norestore"]
    quiet = subprocess.DEVNULL
    office = subprocess.Popen([*words, f"--accept=pipe,name={PIPE};urp;"], stdout=quiet, stderr=quiet)
    try:
        context = connected()
        desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        found = [opened(desktop, workbook, password) for password in passwords]
        print(json.dumps([book and {sheet.Name: cells(sheet) for sheet in book.Sheets} for book in found]))
        desktop.terminate()
    finally:
        office.wait(timeout=30)


main()
