program solver
    implicit none
    integer :: n, i, info
    integer, allocatable :: pivots(:)
    real(8), allocatable :: a(:, :), b(:)
    character(len=200) :: path
    call get_command_argument(1, path)
    open (unit=10, file=trim(path), status='old')
    read (10, *) n
    allocate (a(n, n), b(n), pivots(n))
    do i = 1, n
        read (10, *) a(i, :), b(i)
    end do
    call dgesv(n, 1, a, n, pivots, b, n, info)
    if (info /= 0) stop 1
    do i = 1, n
        write (*, '(F8.3)') b(i)
    end do
end program solver
