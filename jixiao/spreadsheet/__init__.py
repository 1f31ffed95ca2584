"""What both reading and writing of workbooks stand on."""
