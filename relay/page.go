package relay

import "atelier/domain"

// PageArgs are a connection's arguments as the client gave them; nil is not given.
type PageArgs struct {
	First  *int
	After  *string
	Last   *int
	Before *string
}

// Page reads the arguments for the scope's list. first and last at once, or either out of 1..100, is INVALID_PAGE; a
// cursor that is not of this scope is INVALID_CURSOR. With neither first nor last it is the first 20.
func (a PageArgs) Page(scope Scope) (domain.Page, error) {
	page := domain.Page{Limit: domain.DefaultPageSize}
	switch {
	case a.First != nil && a.Last != nil:
		return page, domain.NewError(domain.InvalidPage, "first and last cannot be given at once")
	case a.First != nil:
		page.Limit = *a.First
	case a.Last != nil:
		page.Limit, page.Backward = *a.Last, true
	}
	if page.Limit < 1 || page.Limit > domain.MaxPageSize {
		return page, domain.Errorf(domain.InvalidPage, "first and last are 1 to %d", domain.MaxPageSize)
	}
	var err error
	if page.After, err = decodeOptional(scope, a.After); err != nil {
		return page, err
	}
	page.Before, err = decodeOptional(scope, a.Before)
	return page, err
}

func decodeOptional(scope Scope, cursor *string) (*domain.Position, error) {
	if cursor == nil {
		return nil, nil
	}
	p, err := DecodeCursor(scope, *cursor)
	return &p, err
}

// NumberedPage reads a page number from 1 and a size of 1..100; others are INVALID_PAGE, and so is a page that
// starts beyond domain.MaxOffset rows.
func NumberedPage(number, size int) (domain.NumberedPage, error) {
	if number < 1 {
		return domain.NumberedPage{}, domain.NewError(domain.InvalidPage, "pages are numbered from 1")
	}
	if size < 1 || size > domain.MaxPageSize {
		return domain.NumberedPage{}, domain.Errorf(domain.InvalidPage, "pageSize is 1 to %d", domain.MaxPageSize)
	}
	if number-1 > domain.MaxOffset/size {
		return domain.NumberedPage{}, domain.Errorf(domain.InvalidPage, "page numbers reach the first %d items; use cursors beyond", domain.MaxOffset)
	}
	return domain.NumberedPage{Number: number, Size: size}, nil
}
