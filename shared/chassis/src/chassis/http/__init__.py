"""The HTTP edge of a service: FastAPI beside FastStream, one unit of work a request, RFC 9457 errors."""
