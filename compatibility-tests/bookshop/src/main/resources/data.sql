insert into book (id, title, stock) values (1, 'Emma', 5), (2, 'Persuasion', 1);
insert into book_reviews (book_id, reviews) values (1, 'Witty'), (2, 'Tender');
