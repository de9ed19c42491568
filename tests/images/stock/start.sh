#!/bin/sh
exec /server
