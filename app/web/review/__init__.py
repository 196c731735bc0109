"""The pages on which a person corrects records: they exist only where a token is set."""

from app.web.review.desk import Decide, ReviewDesk
from app.web.review.routes import router

__all__ = ["Decide", "ReviewDesk", "router"]
